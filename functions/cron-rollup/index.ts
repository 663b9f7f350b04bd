import { http } from "@google-cloud/functions-framework";
import { startFunction } from "../start-function.ts";
import { createCronRollup } from "./cron-rollup.ts";

http("main", await startFunction({ name: "cron-rollup", folder: import.meta.dirname }, createCronRollup));
