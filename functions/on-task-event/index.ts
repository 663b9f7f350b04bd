import { http } from "@google-cloud/functions-framework";
import { readPush } from "../../shared/platform/google/read-push.ts";
import { startFunction } from "../start-function.ts";
import { createOnTaskEvent } from "./on-task-event.ts";

const about = { name: "on-task-event", folder: import.meta.dirname };
http("main", await startFunction(about, (conea) => createOnTaskEvent(conea, readPush)));
