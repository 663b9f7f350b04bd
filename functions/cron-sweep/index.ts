import { http } from "@google-cloud/functions-framework";
import { toFunctionsFramework } from "../../shared/http/functions-framework.ts";
import { openConea } from "../open-conea.ts";
import { createCronSweep } from "./cron-sweep.ts";

http("main", toFunctionsFramework(createCronSweep(await openConea())));
