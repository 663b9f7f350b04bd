import type { TaskInput } from "../api/inputs.ts";
import { writtenTokens } from "../api/usage.ts";
import type { Run } from "../cache/recall.ts";
import { noUsage, type ProviderAnswer } from "../providers/provider.ts";
import type { TaskDocument } from "./task-document.ts";

/** The input as its vendor is told it: no more is to be written than was reserved for. */
export function capInput(
  input: TaskInput,
  { type, outputCap }: Pick<TaskDocument, "type" | "outputCap">,
): TaskInput {
  if (outputCap === undefined || (type !== "chat" && type !== "completion")) return input;
  const asked = "maxOutputTokens" in input ? input.maxOutputTokens : undefined;
  return { ...input, maxOutputTokens: Math.min(asked ?? outputCap, outputCap) } as TaskInput;
}

/** Vendors send a token at a time, or several; no text has so many bytes a token for long. */
const mostBytesPerToken = 16;
const usualBytesPerToken = 3;

/**
 * The same call, cut off where its vendor goes on writing beyond what it was told to: what has come by then is the answer, as
 * if the vendor had ended it there.
 */
export function cutAtCap(run: Run, outputCap: number | undefined): Run {
  if (outputCap === undefined) return run;
  return async (call) => {
    const { onText, onUsage } = call;
    if (!onText) return run(call);
    const stopped = new AbortController();
    const cut = Promise.withResolvers<ProviderAnswer>();
    let [text, pieces, bytes] = ["", 0, 0];
    const stop = () => {
      // What has been read by then is estimated.
      cut.resolve({ result: { text, finishReason: "length" }, usage: noUsage });
      stopped.abort();
    };
    const answered = run({
      ...call,
      signal: AbortSignal.any([call.signal, stopped.signal]),
      onText(piece) {
        if (stopped.signal.aborted) return;
        [text, pieces, bytes] = [text + piece, pieces + 1, bytes + Buffer.byteLength(piece)];
        onText(piece);
        const isBeyond = pieces > outputCap && bytes > usualBytesPerToken * outputCap;
        if (isBeyond || bytes > mostBytesPerToken * outputCap) stop();
      },
      onUsage(usage) {
        onUsage?.(usage);
        if (writtenTokens(usage) > outputCap && text !== "") stop();
      },
    });
    // Once it is cut off nobody hears how it ended.
    answered.catch(() => undefined);
    return Promise.race([cut.promise, answered]);
  };
}
