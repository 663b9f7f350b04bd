import type { Model } from "../api/models.ts";
import type { ModelConfig } from "../config/conea-config.ts";
import { fromRate } from "../config/rate.ts";
import { findModel } from "../routing/catalogue.ts";
import { createModel, deleteModel, type RegisterDeps, replaceModel } from "../routing/register-models.ts";
import { unknownModel } from "../routing/unknown-model.ts";
import type { Handlers } from "./create-app.ts";
import { readIdempotencyKey } from "./read-headers.ts";

export type ModelHandlerDeps = RegisterDeps & { isSimulated: (providerId: string) => boolean };

type ModelOperation = "listModels" | "getModel" | "createModel" | "replaceModel" | "deleteModel";

export function createModelHandlers(deps: ModelHandlerDeps): Pick<Handlers, ModelOperation> {
  const show = (id: string, { limits, ...entry }: ModelConfig): Model => ({
    id,
    ...entry,
    ...(limits && { limits: showLimits(limits) }),
    source: findModel(deps.config.models, id) ? "file" : "api",
    ...(deps.isSimulated(entry.account ?? entry.provider) && { simulated: true as const }),
  });
  return {
    async listModels() {
      const { models } = await deps.catalogue.read();
      return Response.json({ items: Object.entries(models).map(([id, entry]) => show(id, entry)) });
    },
    async getModel({ params: { modelId = "" } }) {
      const entry = await deps.catalogue.find(modelId);
      if (!entry) throw unknownModel((await deps.catalogue.read()).models, modelId);
      return Response.json(show(modelId, entry));
    },
    async createModel({ request, principal, body }) {
      // A model is named by its caller, so that a repeated call makes nothing new anyway.
      readIdempotencyKey(request.headers);
      const { id } = body;
      const entry = await createModel(deps, principal, body);
      return Response.json(show(id, entry), { status: 201, headers: { Location: `/v1/models/${id}` } });
    },
    async replaceModel({ principal, params: { modelId = "" }, body }) {
      return Response.json(show(modelId, await replaceModel(deps, principal, modelId, body)));
    },
    async deleteModel({ principal, params: { modelId = "" } }) {
      await deleteModel(deps, principal, modelId);
      return new Response(null, { status: 204 });
    },
  };
}

function showLimits({ requests, tokens, concurrency }: NonNullable<ModelConfig["limits"]>): Model["limits"] {
  return {
    ...(requests && { requests: requests.map(fromRate) }),
    ...(tokens && { tokens: fromRate(tokens) }),
    ...(concurrency !== undefined && { concurrency }),
  };
}
