/** The end of what was sent must come in a new text at this length, once, for the two to be joined there. */
const anchorLength = 32;

export type Aligner = {
  /** The next piece of an attempt's text. Gives what may be sent of it now: always what follows on what was sent before. */
  add(attempt: number, piece: string): string;
  /** The whole text that stands. Gives what is left to send, and `undefined` where it cannot follow on what was sent. */
  finish(whole: string): string | undefined;
};

/**
 * Makes one text of several attempts for a reader who cannot take anything back. An attempt that says again what was sent is
 * passed on from there; one that differs is held back to its end. It is joined then only if `mayJoin`, where the end of
 * what was sent comes in it: text alone may have another middle, arguments and JSON may not.
 */
export function createAligner({ mayJoin }: { mayJoin: boolean }): Aligner {
  const texts = new Map<number, string>();
  let sent = "";
  /** The attempt whose text is what was sent, nothing more and nothing less. */
  let leading: number | undefined;

  function send(text: string): string {
    sent += text;
    return text;
  }

  return {
    add(attempt, piece) {
      // Nearly always: nothing is to be compared, which would take longer the more was sent.
      if (attempt === leading) return send(piece);
      const text = (texts.get(attempt) ?? "") + piece;
      texts.set(attempt, text);
      if (text.length <= sent.length || !text.startsWith(sent)) return "";
      if (leading !== undefined) texts.set(leading, sent);
      leading = attempt;
      return send(text.slice(sent.length));
    },
    finish(whole) {
      if (whole.startsWith(sent)) return send(whole.slice(sent.length));
      const joint = mayJoin ? findJoint(sent, whole) : undefined;
      return joint === undefined ? undefined : send(whole.slice(joint));
    },
  };
}

/** Where in `whole` the text goes on that ends as `sent` does; `undefined` where that is nowhere or in several places. */
function findJoint(sent: string, whole: string): number | undefined {
  const anchor = sent.slice(-anchorLength);
  if (anchor.length < anchorLength) return undefined;
  const at = whole.indexOf(anchor);
  return at < 0 || whole.indexOf(anchor, at + 1) >= 0 ? undefined : at + anchor.length;
}
