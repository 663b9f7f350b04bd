import { http } from "@google-cloud/functions-framework";
import { startFunction } from "../start-function.ts";
import { createApi } from "./api.ts";

http("main", await startFunction({ name: "api", folder: import.meta.dirname }, createApi));
