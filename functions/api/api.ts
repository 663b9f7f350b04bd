import { createAlertHandlers } from "../../shared/http/alert-handlers.ts";
import { createAllowanceHandlers } from "../../shared/http/allowance-handlers.ts";
import { createBlobHandlers } from "../../shared/http/blob-handlers.ts";
import { createApp, type Handler } from "../../shared/http/create-app.ts";
import { createHookHandlers } from "../../shared/http/hook-handlers.ts";
import { createHealthHandlers, createKeyHandlers } from "../../shared/http/meta-handlers.ts";
import { createModelHandlers } from "../../shared/http/model-handlers.ts";
import { createNotificationHandlers } from "../../shared/http/notification-handlers.ts";
import { createPriceHandlers } from "../../shared/http/price-handlers.ts";
import { createPromptHandlers } from "../../shared/http/prompt-handlers.ts";
import { createQueueHandlers } from "../../shared/http/queue-handlers.ts";
import { createReplayHandlers } from "../../shared/http/replay-handlers.ts";
import { createTaskHandlers } from "../../shared/http/task-handlers.ts";
import { createUsageHandlers } from "../../shared/http/usage-handlers.ts";
import { createWebhookHandlers } from "../../shared/http/webhook-handlers.ts";
import type { Conea } from "../../shared/tasks/create-conea.ts";

/** The HTTP interface under /v1. */
export function createApi(conea: Conea): Handler {
  const handlers = {
    ...createTaskHandlers(conea),
    ...createReplayHandlers(conea),
    ...createQueueHandlers(conea),
    ...createBlobHandlers(conea),
    ...createModelHandlers(conea),
    ...createPromptHandlers(conea),
    ...createPriceHandlers(conea),
    ...createAllowanceHandlers(conea),
    ...createAlertHandlers(conea),
    ...createHookHandlers(conea),
    ...createUsageHandlers(conea),
    ...createWebhookHandlers(conea),
    ...createNotificationHandlers(conea),
    ...createKeyHandlers(conea),
    ...createHealthHandlers(conea),
  };
  return createApp(handlers, conea);
}
