import { http } from "@google-cloud/functions-framework";
import { startFunction } from "../start-function.ts";
import { createOpenAi } from "./openai.ts";

http("main", await startFunction({ name: "openai", folder: import.meta.dirname }, createOpenAi));
