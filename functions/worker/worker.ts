import { z } from "zod";
import type { Log } from "../../shared/core/log.ts";
import type { Handler } from "../../shared/http/create-app.ts";
import { readJson } from "../../shared/http/read-body.ts";
import { toInternalHandler } from "../../shared/http/to-internal-handler.ts";
import type { Runner } from "../../shared/tasks/create-runner.ts";

const Wake = z.strictObject({
  queue: z.string().min(1),
  reason: z.enum(["ready", "due"]),
  at: z.number().optional(),
});

/** Takes a wake and does what it asks. Answers 204 once all it claimed is settled; anything else asks for redelivery. */
export function createWorker({ runner, log }: { runner: Runner; log: Log }): Handler {
  return toInternalHandler(log, async (request) => {
    await runner.handleWake(await readJson(request, Wake));
    return new Response(null, { status: 204 });
  });
}
