/** Text that comes piece by piece. */
export type TextSource = {
  /** The next piece; nothing at its end, or once the reader has left. */
  next(): Promise<string | undefined>;
  /** From now on `put` takes what comes between the pieces. */
  begin(put: (text: string) => void): void;
  /** Nobody reads on. */
  leave(): void;
};

type Headers = Record<string, string>;

const wholes = new WeakSet<Response>();
const streams = new WeakMap<Response, TextSource & { headers: Headers }>();

/**
 * An answer in JSON. An adapter whose `Response` reads headers lazily may write it as it is: asking an answer for its headers, to
 * add to them or to find out what it is, makes an object of all that costs more than writing them.
 */
export function toWholeAnswer(content: object, headers: Headers): Response {
  const answer = new Response(JSON.stringify(content), {
    headers: { "Content-Type": "application/json", ...headers },
  });
  wholes.add(answer);
  return answer;
}

/** The same of a text that comes piece by piece, which an adapter may draw from its source instead of from the stream around it. */
export function toStreamedAnswer(source: TextSource, headers: Headers): Response {
  const answer = toTextStream(source, headers);
  streams.set(answer, { ...source, headers });
  wholes.add(answer);
  return answer;
}

/** A text that comes piece by piece, as any other answer. */
export function toTextStream(source: TextSource, headers: Headers): Response {
  return new Response(toBody(source), { headers });
}

/** Whether nothing is to be added to an answer: all of its headers are there. */
export function isWhole(answer: Response): boolean {
  return wholes.has(answer);
}

export function findSource(answer: Response): (TextSource & { headers: Headers }) | undefined {
  return streams.get(answer);
}

const encoder = new TextEncoder();

/** Draws nothing before it is read. */
function toBody({ next, begin, leave }: TextSource): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => begin((text) => controller.enqueue(encoder.encode(text))),
      async pull(controller) {
        const piece = await next();
        if (piece === undefined) controller.close();
        else controller.enqueue(encoder.encode(piece));
      },
      cancel: leave,
    },
    { highWaterMark: 0 },
  );
}
