import { ConeaError } from "../core/conea-error.ts";
import type { Log } from "../core/log.ts";
import { randomIds } from "../core/random.ts";
import { currentRequestId } from "../core/trace.ts";
import type { Handler } from "./create-app.ts";
import { toProblem } from "./to-problem.ts";

/** A handler for callers of our own (wakes, schedules): POST only, errors as problems. */
export function toInternalHandler(log: Log, handle: (request: Request) => Promise<Response>): Handler {
  return async (request) => {
    try {
      if (request.method !== "POST") {
        throw new ConeaError("method_not_allowed", "This function takes POST.", {
          headers: { Allow: "POST" },
        });
      }
      return await handle(request);
    } catch (error) {
      return toProblem(error, { requestId: currentRequestId() ?? randomIds.newId("req"), log });
    }
  };
}
