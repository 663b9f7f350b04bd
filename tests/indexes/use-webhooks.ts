import { CreateWebhookEndpoint, type ListDeliveries } from "../../shared/api/webhooks.ts";
import { admin, type openTestConea } from "../../shared/tasks/conea.fixture.ts";
import { deleteEndpoint, enableEndpoint, pauseEndpoint } from "../../shared/webhooks/change-endpoint.ts";
import { createEndpoint } from "../../shared/webhooks/create-endpoint.ts";
import { createLineRunner } from "../../shared/webhooks/create-line-runner.ts";
import { createWebhooks } from "../../shared/webhooks/create-webhooks.ts";
import { driveReplays } from "../../shared/webhooks/drive-replays.ts";
import { fanOut } from "../../shared/webhooks/fan-out.ts";
import { listDeliveries } from "../../shared/webhooks/read-deliveries.ts";
import { listEndpoints } from "../../shared/webhooks/read-endpoints.ts";
import { startReplay } from "../../shared/webhooks/start-replay.ts";
import { sweepWebhooks } from "../../shared/webhooks/sweep-webhooks.ts";
import { webhooksQueue } from "../../shared/webhooks/wake-line.ts";
import { aTaskEvent } from "../../shared/webhooks/webhooks.fixture.ts";

type Deps = Awaited<ReturnType<typeof openTestConea>>["conea"];

const time = "2026-01-01T00:00:00Z";

/** An endpoint from its creation to its end, with deliveries that arrive, are held and replayed. */
export async function useWebhooks(given: Deps): Promise<void> {
  const send = async () => ({ status: 200, text: "", isCut: false, durationMs: 1 });
  const deps = { ...given, ...createWebhooks(given, { allowLoopbackHttp: true }), send };
  const lines = createLineRunner(deps);
  const wake = (endpoint: string) => lines.handleWake({ queue: webhooksQueue, endpoint, reason: "ready" });
  const { id } = await createEndpoint(
    deps,
    admin,
    CreateWebhookEndpoint.parse({ url: "http://127.0.0.1:9/" }),
  );
  const now = deps.clock.now();
  await fanOut(deps, aTaskEvent(now));
  await wake(id);
  await fanOut(deps, aTaskEvent(now + 60_000));
  await pauseEndpoint(deps, admin, id);
  await wake(id);
  await enableEndpoint(deps, admin, id);
  for (const onlyFailed of [true, false]) {
    await startReplay(deps, admin, id, { since: time, onlyFailed });
    await driveReplays(deps, id);
  }
  for (const wanted of [{}, { state: "failed" }, { type: "task.dead" }, { state: "held", type: "task.dead" }])
    for (const times of [{}, { from: time }, { to: time }, { from: time, to: time }])
      await listDeliveries(deps, admin, id, { limit: 1, ...wanted, ...times } as ListDeliveries);
  await listEndpoints(deps, admin);
  for (const orphans of [false, true]) await sweepWebhooks(deps, { orphans });
  await deleteEndpoint(deps, admin, id);
}
