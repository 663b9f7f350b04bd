import { http } from "@google-cloud/functions-framework";
import { startBareFunction } from "../start-bare-function.ts";
import { createSender } from "./create-sender.ts";
import { createDeliverWebhook } from "./deliver-webhook.ts";

const start = startBareFunction("deliver-webhook", (deps) => {
  return createDeliverWebhook({ send: createSender(deps), log: deps.log });
});
http("main", start);
