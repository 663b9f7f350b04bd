import { z } from "zod";
import type { Log } from "../../shared/core/log.ts";
import { linkTrace } from "../../shared/core/trace.ts";
import type { Handler } from "../../shared/http/create-app.ts";
import { readJson } from "../../shared/http/read-body.ts";
import { toInternalHandler } from "../../shared/http/to-internal-handler.ts";
import type { Runner } from "../../shared/tasks/create-runner.ts";

const Wake = z.strictObject({
  queue: z.string().min(1),
  through: z.string().min(1).optional(),
  reason: z.enum(["ready", "due"]),
  at: z.number().optional(),
  traceparent: z.string().max(512).optional(),
});

/** Takes a wake and does what it asks. Answers 204 once all it claimed is settled; anything else asks for redelivery. */
export function createWorker({ runner, log }: { runner: Runner; log: Log }): Handler {
  return toInternalHandler(log, async (request) => {
    const { traceparent, ...wake } = await readJson(request, Wake);
    // Whoever delivers wakes may have begun a trace of its own.
    linkTrace(traceparent);
    await runner.handleWake(wake);
    return new Response(null, { status: 204 });
  });
}
