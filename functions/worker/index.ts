import { http } from "@google-cloud/functions-framework";
import { toFunctionsFramework } from "../../shared/http/functions-framework.ts";
import { openConea } from "../open-conea.ts";
import { createWorker } from "./worker.ts";

http("main", toFunctionsFramework(createWorker(await openConea())));
