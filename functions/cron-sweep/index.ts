import { http } from "@google-cloud/functions-framework";
import { startFunction } from "../start-function.ts";
import { createCronSweep } from "./cron-sweep.ts";

http("main", await startFunction({ name: "cron-sweep", folder: import.meta.dirname }, createCronSweep));
