import { createKey, listKeys, revokeKey } from "../access/keys.ts";
import type { toOpenApi } from "../api/openapi.ts";
import { ConeaError } from "../core/conea-error.ts";
import type { Platform } from "../platform/platform.ts";
import type { Handlers } from "./create-app.ts";
import { readIdempotencyKey } from "./read-headers.ts";

export function createKeyHandlers(
  deps: Pick<Platform, "documents" | "clock">,
): Pick<Handlers, "createKey" | "listKeys" | "revokeKey"> {
  return {
    async createKey({ request, principal, body }) {
      const created = await createKey(deps, principal, body, readIdempotencyKey(request.headers));
      return Response.json(created, { status: 201 });
    },
    async listKeys({ principal }) {
      return Response.json({ items: await listKeys(deps, principal) });
    },
    async revokeKey({ principal, params }) {
      await revokeKey(deps, principal, params.keyId ?? "");
      return new Response(null, { status: 204 });
    },
  };
}

/** Liveness, readiness and the interface's own description. */
export function createHealthHandlers({
  documents,
}: Pick<Platform, "documents">): Pick<Handlers, "getHealth" | "getReadiness" | "getOpenApi"> {
  let openApi: ReturnType<typeof toOpenApi> | undefined;
  return {
    getHealth: () => Response.json({ status: "ok" }),
    async getReadiness() {
      try {
        await documents.get("health/probe");
      } catch (cause) {
        throw new ConeaError("unavailable", "The document store does not answer.", { cause });
      }
      return Response.json({ status: "ok" });
    },
    async getOpenApi() {
      // Made when it is first asked for: no start waits for it.
      openApi ??= (await import("../api/openapi.ts")).toOpenApi();
      return Response.json(openApi);
    },
  };
}
