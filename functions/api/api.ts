import { createBlobHandlers } from "../../shared/http/blob-handlers.ts";
import { createApp, type Handler } from "../../shared/http/create-app.ts";
import { createHealthHandlers, createKeyHandlers } from "../../shared/http/meta-handlers.ts";
import { createModelHandlers } from "../../shared/http/model-handlers.ts";
import { createQueueHandlers } from "../../shared/http/queue-handlers.ts";
import { createReplayHandlers } from "../../shared/http/replay-handlers.ts";
import { createTaskHandlers } from "../../shared/http/task-handlers.ts";
import type { Conea } from "../../shared/tasks/create-conea.ts";

/** The HTTP interface under /v1. */
export function createApi(conea: Conea): Handler {
  const handlers = {
    ...createTaskHandlers(conea),
    ...createReplayHandlers(conea),
    ...createQueueHandlers(conea),
    ...createBlobHandlers(conea),
    ...createModelHandlers(conea),
    ...createKeyHandlers(conea),
    ...createHealthHandlers(conea),
  };
  return createApp(handlers, conea);
}
