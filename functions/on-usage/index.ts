import { http } from "@google-cloud/functions-framework";
import { readPush } from "../../shared/platform/google/read-push.ts";
import { startFunction } from "../start-function.ts";
import { createOnUsage } from "./on-usage.ts";

const about = { name: "on-usage", folder: import.meta.dirname };
http("main", await startFunction(about, (conea) => createOnUsage(conea, readPush)));
