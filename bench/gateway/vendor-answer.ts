const head = { id: "chatcmpl-bench", created: 1_700_000_000, model: "bench" };
const usage = { prompt_tokens: 12, completion_tokens: 24, total_tokens: 36 };
const tokens = Array.from({ length: 24 }, (_, index) => ` word${index}`);

/** What every answer ends with, whole or streamed, so that a short one is not counted as one. */
export const lastToken = tokens.at(-1) ?? "";

/** A vendor's whole answer to a chat. */
export const wholeAnswer = JSON.stringify({
  ...head,
  object: "chat.completion",
  choices: [
    {
      index: 0,
      message: { role: "assistant", content: tokens.join("") },
      logprobs: null,
      finish_reason: "stop",
    },
  ],
  usage,
});

const toChunk = (choices: object[], more: object = {}) =>
  `data: ${JSON.stringify({ ...head, object: "chat.completion.chunk", choices, ...more })}\n\n`;
const toDelta = (delta: object, finish_reason: string | null = null) =>
  toChunk([{ index: 0, delta, logprobs: null, finish_reason }]);

/** The same answer as a vendor streams it: the events that come at once, then the rest in pieces. */
export const streamedAnswer: { first: string; rest: string[] } = {
  first: toDelta({ role: "assistant", content: tokens[0] }),
  rest: [
    tokens
      .slice(1, 12)
      .map((content) => toDelta({ content }))
      .join(""),
    tokens
      .slice(12)
      .map((content) => toDelta({ content }))
      .join(""),
    `${toDelta({}, "stop")}${toChunk([], { usage })}data: [DONE]\n\n`,
  ],
};
