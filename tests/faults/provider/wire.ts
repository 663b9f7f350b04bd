/** Whatever a refusal is about, in the words that each vendor has for it. */
export type Refusal =
  | "rate"
  | "server"
  | "unavailable"
  | "context"
  | "policy"
  | "prefill"
  | "white space"
  | "model";

export type Usage = { input: number; output: number };

/** One vendor's protocol, in the pieces a misbehaving model needs. */
export type Wire = {
  path: string;
  /** A whole answer. */
  toAnswer(model: string, text: string, usage: Usage): object;
  /** The events before, for and after the text of a streamed answer, and the mark of its end where there is one apart. */
  toStart(model: string, usage: Usage): string;
  toPiece(model: string, text: string): string;
  toEnd(model: string, usage: Usage): string;
  endMark: string;
  toRefusal(refusal: Refusal): { status: number; body: object };
};

export const refusalStatus: Record<Refusal, number> = {
  rate: 429,
  server: 500,
  unavailable: 503,
  context: 400,
  policy: 400,
  prefill: 400,
  "white space": 400,
  model: 404,
};
