import type { StreamEvent } from "../read-events.ts";

/** What an event says. Throws what it tells as an error in the shape of the SDK's, and a `SyntaxError` where it is no JSON. */
export function toEventValue({ name, data }: StreamEvent, headers: Headers): unknown {
  const value = JSON.parse(data);
  const error = name === "error" ? (value?.error ?? value) : value?.error;
  if (!error) return value;
  throw Object.assign(new Error("the stream tells of an error"), { error, headers });
}
