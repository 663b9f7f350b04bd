import type { APIError } from "@anthropic-ai/sdk";
import type { StreamEvent } from "../read-events.ts";

/** What an event says; `undefined` for one that only keeps the line open. Throws the SDK's error for one that tells of it. */
export function toEventValue(errors: typeof APIError) {
  return ({ name, data }: StreamEvent, headers: Headers): unknown => {
    if (name === "ping" || name === "") return undefined;
    if (name !== "error") return JSON.parse(data);
    throw new errors(undefined, toBody(data), undefined, headers);
  };
}

function toBody(data: string): object {
  try {
    return Object(JSON.parse(data));
  } catch {
    return {};
  }
}
