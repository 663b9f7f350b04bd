/** One request as the provider saw it. */
export type Seen = {
  model: string;
  wire: "openai" | "anthropic";
  isStream: boolean;
  /** When it had been read whole, and when its answer or its connection ended (`performance.now()`). */
  at: number;
  endedAt?: number;
  /** When its last token was sent. */
  saidAt?: number;
  /** The caller went away before the answer's end. */
  isAborted: boolean;
  /** The text it was asked to go on from, where the last message is the assistant's. */
  prefill?: string;
  /** What was answered, where that is an error. */
  status?: number;
  /** Which connection carried it, counted from 1. */
  connection: number;
  body: Record<string, unknown>;
};
