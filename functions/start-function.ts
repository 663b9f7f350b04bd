import type { Settings } from "../shared/config/settings.ts";
import { SettingsError } from "../shared/config/settings-error.ts";
import { answerHealth } from "../shared/http/answer-health.ts";
import type { Handler } from "../shared/http/create-app.ts";
import { createGate } from "../shared/http/create-gate.ts";
import { toFunctionsFramework } from "../shared/http/functions-framework.ts";
import { traceRequests } from "../shared/http/trace-requests.ts";
import type { Conea } from "../shared/tasks/create-conea.ts";
import { onTerm } from "./on-term.ts";
import { openConea } from "./open-conea.ts";

/** How long each step of an end may take. Cloud Run kills ten seconds after it asks a process to end. */
const graceMs = 6_000;
const endingMs = 1_500;
const closingMs = 1_000;

/**
 * Opens Conea for a function and serves its handler through the Functions Framework with what every function has: health, a
 * request's trace, and an orderly end. `folder` is the function's own. Who may call is for Cloud Run to decide (IAM): a
 * function that is not public is reached by its callers' service accounts alone, and checks nobody itself.
 */
export async function startFunction(
  { name, folder }: { name: string; folder: string },
  create: (conea: Conea, settings: Settings) => Handler | Promise<Handler>,
): Promise<ReturnType<typeof toFunctionsFramework>> {
  const { conea, settings, tracer, stop, close } = await openConea({ name, folder }).catch(refuseToStart);
  const gate = createGate();
  const created = await Promise.resolve(create(conea, settings)).catch(refuseToStart);
  const handler = answerHealth(traceRequests(created, tracer), conea);
  onTerm(async () => {
    conea.log.info("stopping", { function: name });
    gate.shut();
    stop();
    await conea.runner.drain(graceMs);
    // What was let in until now may have reserved something.
    await within(
      endingMs,
      gate.empty().then(() => conea.allowances.drain()),
    );
    await tracer.flush();
    await within(closingMs, close());
    conea.log.info("stopped", { function: name });
  });
  return gate.count(toFunctionsFramework(gate.admit(handler)));
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([work, promise]).finally(() => clearTimeout(timer));
}

/** A wrong setting is told in its sentence and nothing else; the Functions Framework would print a stack. */
function refuseToStart(error: unknown): never {
  if (!(error instanceof SettingsError)) throw error;
  console.error(error.message);
  process.exit(1);
}
