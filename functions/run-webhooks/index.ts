import { http } from "@google-cloud/functions-framework";
import { openLines } from "../open-lines.ts";
import { startFunction } from "../start-function.ts";
import { createRunWebhooks } from "./run-webhooks.ts";

const about = { name: "run-webhooks", folder: import.meta.dirname };
const start = startFunction(about, async (conea, settings) => {
  return createRunWebhooks({ ...(await openLines(settings, conea)), log: conea.log });
});
http("main", await start);
