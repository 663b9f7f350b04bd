import type { SubmitTask } from "../api/task.ts";

/** What a task may write when it sets no limit itself. */
const assumedOutput = 1_000;
/** English text has about four bytes a token; three is on the safe side for most of what is sent. */
export const bytesPerToken = 3;

export function estimateRead({ type, input }: SubmitTask): number {
  if (type === "image_search" || type === "speech" || type === "transcription") return 0;
  const json = JSON.stringify(input);
  // Looking at each value takes four times as long.
  const told = json.includes('"image":') ? JSON.stringify(input, withoutContent) : json;
  return Math.ceil(Buffer.byteLength(told) / bytesPerToken);
}

export function estimateWritten({ type, input }: SubmitTask): number {
  if (type === "image_search" || type === "speech" || type === "transcription" || type === "embedding")
    return 0;
  return "maxOutputTokens" in input ? (input.maxOutputTokens ?? assumedOutput) : assumedOutput;
}

/** An image is billed by its size in pixels, not in bytes: it counts as a thousand tokens. */
function withoutContent(key: string, value: unknown): unknown {
  return key === "image" ? " ".repeat(1_000 * bytesPerToken) : value;
}
