import type { IncomingBody } from "./incoming-body.ts";
import { LeanResponse } from "./lean-response.ts";

/** The body of an answer, as it comes. */
export type OpenBody = Pick<IncomingBody, "read" | "cancel">;

/** Reads an answer piece by piece: straight from its connection where it can be, since a stream around it costs as much again. */
export function openBody(response: Response): OpenBody {
  if (response instanceof LeanResponse) return response.open();
  const reader = response.body?.getReader();
  return {
    read: async () => (await reader?.read())?.value,
    cancel: (reason) => void reader?.cancel(reason).catch(() => undefined),
  };
}
