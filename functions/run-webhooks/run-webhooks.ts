import { z } from "zod";
import type { Log } from "../../shared/core/log.ts";
import { linkTrace } from "../../shared/core/trace.ts";
import type { Handler } from "../../shared/http/create-app.ts";
import { readJson } from "../../shared/http/read-body.ts";
import { toInternalHandler } from "../../shared/http/to-internal-handler.ts";
import { isSubscription } from "../../shared/notifications/carry-out-due.ts";
import type { LineRunner } from "../../shared/webhooks/create-line-runner.ts";

const Wake = z.strictObject({
  queue: z.string().min(1),
  endpoint: z.string().min(1),
  reason: z.enum(["ready", "due"]),
  at: z.number().optional(),
  traceparent: z.string().max(512).optional(),
});

/**
 * Takes a wake of an endpoint's or a channel's line, or of a notification subscription. Answers 204 once nothing of it is under way
 * here; anything else asks for redelivery.
 */
export function createRunWebhooks({
  lines,
  carryOutDueOf,
  log,
}: {
  lines: LineRunner;
  /** Does what is due of a notification subscription. */
  carryOutDueOf: (subscriptionId: string) => Promise<void>;
  log: Log;
}): Handler {
  return toInternalHandler(log, async (request) => {
    const { traceparent, ...wake } = await readJson(request, Wake);
    linkTrace(traceparent);
    if (isSubscription(wake.endpoint)) await carryOutDueOf(wake.endpoint);
    else await lines.handleWake(wake);
    return new Response(null, { status: 204 });
  });
}
