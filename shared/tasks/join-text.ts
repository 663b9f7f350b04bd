/** A shorter repetition may be what the model means to say: "ha ha". */
const leastOverlap = 12;
/** How much of the delivered text a model is expected to say again, unless it says all of it. */
const longestOverlap = 400;

/**
 * What of a continuation is new after the text that was delivered: without what it says again of it (all of it, or its end)
 * and without the white space that both have at the joint. Pure.
 */
export function joinText(delivered: string, continuation: string): string {
  const body = delivered.trimEnd();
  const overlap = findOverlap(body, continuation);
  const rest = continuation.slice(overlap);
  return withoutSharedSpace(delivered.slice(body.length), rest);
}

/** How many of the continuation's first characters are the delivered text's last ones, or the whole of it. */
function findOverlap(delivered: string, continuation: string): number {
  if (delivered.length >= leastOverlap && continuation.startsWith(delivered)) return delivered.length;
  const most = Math.min(delivered.length, continuation.length, longestOverlap);
  for (let length = most; length >= leastOverlap; length--) {
    if (delivered.endsWith(continuation.slice(0, length))) return length;
  }
  return 0;
}

/** The delivered text's white space was cut off before it was sent, so that the model may say it anew. */
function withoutSharedSpace(space: string, rest: string): string {
  const lead = rest.slice(0, rest.length - rest.trimStart().length);
  if (lead.startsWith(space)) return rest.slice(space.length);
  return space.startsWith(lead) ? rest.slice(lead.length) : rest;
}

export type Joint = {
  /** Takes the next piece of the continuation. */
  write(piece: string): void;
  /** Passes on what is held back, and gives what was new in all. */
  end(): string;
};

/**
 * Joins a continuation as it comes: holds back its beginning until it is plain how much of it was said before, then passes
 * everything on as it comes. The pieces passed on are together what `joinText` gives for the whole.
 */
export function createJoint(delivered: string, emit: (text: string) => void): Joint {
  const echo = delivered.trimEnd();
  let held = "";
  let isOpen = true;
  let all = "";

  const pass = (text: string) => {
    if (text === "") return;
    all += text;
    emit(text);
  };

  /** More could still change where the new text begins. */
  const isUndecided = () => mayRepeatMore(echo, held) || held.slice(findOverlap(echo, held)).trim() === "";

  return {
    write(piece) {
      if (!isOpen) return pass(piece);
      held += piece;
      if (isUndecided()) return;
      isOpen = false;
      pass(joinText(delivered, held));
    },
    end() {
      if (isOpen) pass(joinText(delivered, held));
      isOpen = false;
      return all;
    },
  };
}

/** Whether the continuation so far may go on as the delivered text does, to its end. */
function mayRepeatMore(delivered: string, held: string): boolean {
  const isLong = delivered.length >= leastOverlap;
  if (isLong && delivered.length > held.length && delivered.startsWith(held)) return true;
  const tail = delivered.slice(-longestOverlap);
  const at = tail.indexOf(held);
  return at >= 0 && at + held.length < tail.length && tail.length - at >= leastOverlap;
}
