import { createProcessLog } from "../shared/config/create-process-log.ts";
import { readSettings } from "../shared/config/settings.ts";
import { SettingsError } from "../shared/config/settings-error.ts";
import type { Clock } from "../shared/core/clock.ts";
import type { Log } from "../shared/core/log.ts";
import type { Handler } from "../shared/http/create-app.ts";
import { createGate } from "../shared/http/create-gate.ts";
import { toFunctionsFramework } from "../shared/http/functions-framework.ts";
import { systemClock } from "../shared/platform/system-clock.ts";
import { onTerm } from "./on-term.ts";

/** Cloud Run kills ten seconds after it asks a process to end. */
const endingMs = 8_000;

/**
 * Serves a function that stands on nothing: no store, no secrets, no spans, because its account may use none. It is alive as long
 * as its process answers.
 */
export function startBareFunction(
  name: string,
  create: (deps: { clock: Clock; log: Log }) => Handler,
): ReturnType<typeof toFunctionsFramework> {
  const log = openLog();
  const gate = createGate();
  const handle = create({ clock: systemClock, log });
  onTerm(async () => {
    gate.shut();
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, endingMs);
    await Promise.race([gate.empty(), late.promise]);
    clearTimeout(timer);
    log.info("stopped", { function: name });
  });
  return gate.count(toFunctionsFramework(gate.admit(withHealth(handle))));
}

function withHealth(handle: Handler): Handler {
  return async (request) => {
    const path = request.method === "GET" ? new URL(request.url).pathname : "";
    if (path !== "/healthz" && path !== "/readyz") return handle(request);
    return Response.json({ status: "ok" }, { headers: { "Cache-Control": "no-store" } });
  };
}

/** A wrong setting is told in its sentence and nothing else. */
function openLog(): Log {
  try {
    return createProcessLog(readSettings(process.env), process.stderr);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}
