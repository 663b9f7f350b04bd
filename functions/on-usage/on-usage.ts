import { usageShards } from "../../shared/analytics/usage-shards.ts";
import { createUsageWriter } from "../../shared/analytics/usage-writer.ts";
import type { Event } from "../../shared/api/events.ts";
import type { Log } from "../../shared/core/log.ts";
import { linkTrace } from "../../shared/core/trace.ts";
import type { Handler } from "../../shared/http/create-app.ts";
import { toInternalHandler } from "../../shared/http/to-internal-handler.ts";
import type { Platform } from "../../shared/platform/platform.ts";

type Deps = Pick<Platform, "documents" | "clock" | "random"> & { log: Log };

/** Takes an event and counts it. Answers 204 once it is counted, durably; anything else asks for the event again. */
export function createOnUsage(deps: Deps, readEvent: (request: Request) => Promise<Event>): Handler {
  const writer = createUsageWriter({ ...deps, shards: usageShards.google });
  return toInternalHandler(deps.log, async (request) => {
    const event = await readEvent(request);
    linkTrace(event.traceparent);
    await writer.add(event);
    return new Response(null, { status: 204 });
  });
}
