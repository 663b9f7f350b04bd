import type { TaskInput } from "../api/inputs.ts";
import type { SubmitTask, Usage } from "../api/task.ts";
import type { TaskType } from "../api/task-type.ts";
import { isUnused, readTokens, writtenTokens } from "../api/usage.ts";
import { noUsage } from "../providers/provider.ts";
import { bytesPerToken, estimateRead } from "./estimate-tokens.ts";

/** What is seen of a call while it runs: all that is known of what it used, should it be cut off. */
export type UsageMeter = {
  /** Text has come: the vendor has begun to charge. */
  sawText(text: string): void;
  /** What the vendor says it has used so far. */
  sawUsage(usage: Usage): void;
  /** `undefined` for a call that has given nothing: vendors do not charge for those. */
  read(request: { type: TaskType; input: TaskInput }): Metered | undefined;
};

export type Metered = { usage: Usage; usageEstimated?: true };

export function createUsageMeter(): UsageMeter {
  let bytes = 0;
  let told: Usage | undefined;
  return {
    sawText(text) {
      bytes += Buffer.byteLength(text);
    },
    sawUsage(usage) {
      // Who counts nothing has said nothing.
      if (!isUnused(usage)) told = usage;
    },
    read(request) {
      if (bytes === 0) return told && { usage: told };
      return { usage: withText(told, request, bytes), usageEstimated: true };
    },
  };
}

/** What the vendor said before it was cut off, and what it had written beyond that. */
function withText(
  told: Usage | undefined,
  request: { type: TaskType; input: TaskInput },
  bytes: number,
): Usage {
  const isReadTold = told !== undefined && readTokens(told) > 0;
  const usage = isReadTold ? told : { ...noUsage, ...told, inputTokens: estimateReadOf(request) };
  const more = toTokens(bytes) + (usage.reasoningTokens ?? 0) - writtenTokens(usage);
  return more > 0 ? { ...usage, outputTokens: usage.outputTokens + more } : usage;
}

/** What a call used whose vendor counts nothing, from what was sent and received. */
export function estimateUsage(request: { type: TaskType; input: TaskInput }, text: string): Metered {
  const outputTokens = toTokens(Buffer.byteLength(text));
  return {
    usage: { ...noUsage, inputTokens: estimateReadOf(request), outputTokens },
    usageEstimated: true,
  };
}

function estimateReadOf(request: { type: TaskType; input: TaskInput }): number {
  // The input is of its type: the request was parsed by it.
  return estimateRead(request as SubmitTask);
}

function toTokens(bytes: number): number {
  return Math.ceil(bytes / bytesPerToken);
}
