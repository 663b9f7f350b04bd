import type { ModelPrice } from "../api/model-price.ts";
import type { Modality } from "../api/models.ts";
import type { SubmitTask } from "../api/task.ts";
import { costOf } from "../pricing/cost-of.ts";
import { estimateRead, estimateWritten } from "../tasks/estimate-tokens.ts";

/** What a request needs of a model by itself, whatever its route requires. */
export type RequestNeeds = {
  tools: boolean;
  jsonSchema: boolean;
  modalities: Modality[];
  /** Estimated tokens, on the safe side. */
  read: number;
  written: number;
};

export const noNeeds: RequestNeeds = { tools: false, jsonSchema: false, modalities: [], read: 0, written: 0 };

export function toNeeds(request: SubmitTask): RequestNeeds {
  const tokens = { read: estimateRead(request), written: estimateWritten(request) };
  if (request.type !== "chat") return { ...noNeeds, ...tokens };
  const { tools, responseFormat, messages } = request.input;
  return {
    tools: tools !== undefined,
    jsonSchema: responseFormat?.type === "json_schema",
    modalities: messages.some(({ content }) => hasImage(content)) ? ["image"] : [],
    ...tokens,
  };
}

function hasImage(content: string | { type: string }[] | undefined): boolean {
  return typeof content === "object" && content.some(({ type }) => type === "image");
}

/** What a task costs about, in micro-dollars; `undefined` where a price that it needs is not known. */
export function estimateMicros(
  price: ModelPrice | undefined,
  { read, written }: RequestNeeds,
): number | undefined {
  const usage = { inputTokens: read, cachedInputTokens: 0, outputTokens: written };
  const { micros, known } = costOf(usage, price);
  return known ? micros : undefined;
}
