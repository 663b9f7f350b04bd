import { createKey, listKeys, revokeKey } from "../access/keys.ts";
import type { Model } from "../api/models.ts";
import type { toOpenApi } from "../api/openapi.ts";
import type { ConeaConfig } from "../config/conea-config.ts";
import { ConeaError } from "../core/conea-error.ts";
import type { Platform } from "../platform/platform.ts";
import { unknownModel } from "../routing/choose-model.ts";
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

export type ModelHandlerDeps = { config: ConeaConfig; isSimulated: (providerId: string) => boolean };

export function createModelHandlers({
  config,
  isSimulated,
}: ModelHandlerDeps): Pick<Handlers, "listModels" | "getModel"> {
  const show = (id: string): Model | undefined => {
    const model = Object.hasOwn(config.models, id) ? config.models[id] : undefined;
    if (!model) return undefined;
    const { provider, kinds, contextTokens } = model;
    return {
      id,
      provider,
      kinds,
      ...(contextTokens && { contextTokens }),
      ...(isSimulated(provider) && { simulated: true as const }),
    };
  };
  return {
    listModels: () => Response.json({ items: Object.keys(config.models).map(show) }),
    getModel({ params: { modelId = "" } }) {
      const model = show(modelId);
      if (!model) throw unknownModel(config, modelId);
      return Response.json(model);
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
