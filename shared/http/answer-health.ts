import type { Platform } from "../platform/platform.ts";
import type { Handler } from "./create-app.ts";

/** The handler, with `GET /healthz` (the process is alive) and `GET /readyz` (the document store answers) beside it. */
export function answerHealth(handler: Handler, { documents }: Pick<Platform, "documents">): Handler {
  return async (request) => {
    const path = request.method === "GET" ? new URL(request.url).pathname : "";
    if (path === "/healthz") return toAnswer(true);
    if (path !== "/readyz") return handler(request);
    return documents.get("health/probe").then(
      () => toAnswer(true),
      () => toAnswer(false),
    );
  };
}

function toAnswer(isWell: boolean): Response {
  const headers = { "Cache-Control": "no-store" };
  const status = isWell ? "ok" : "unavailable";
  return Response.json({ status }, { status: isWell ? 200 : 503, headers });
}
