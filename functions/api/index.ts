import { http } from "@google-cloud/functions-framework";
import { toFunctionsFramework } from "../../shared/http/functions-framework.ts";
import { openConea } from "../open-conea.ts";
import { createApi } from "./api.ts";

http("main", toFunctionsFramework(createApi(await openConea())));
