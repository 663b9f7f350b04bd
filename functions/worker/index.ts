import { http } from "@google-cloud/functions-framework";
import { startFunction } from "../start-function.ts";
import { createWorker } from "./worker.ts";

http("main", await startFunction({ name: "worker", folder: import.meta.dirname }, createWorker));
