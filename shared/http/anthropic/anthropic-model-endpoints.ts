import {
  getAnthropicModel,
  type ListAnthropicModels,
  listAnthropicModels,
} from "../../api/anthropic/models.ts";
import { type Catalogue, findModel, type Models } from "../../routing/catalogue.ts";
import { unknownModel } from "../../routing/unknown-model.ts";
import { type Endpoint, toEndpoint } from "../openai/create-openai-app.ts";

/** The catalogue does not say when a model was made, and clients want a time. */
const created = "2023-11-14T22:13:20Z";

/** The chat models of the catalogue, as Anthropic lists its own. */
export function createAnthropicModelEndpoints({ catalogue }: { catalogue: Catalogue }): Endpoint[] {
  return [
    toEndpoint(listAnthropicModels, async ({ query }) => {
      const { models } = await catalogue.read();
      return Response.json(toPage(toIds(models), query, models));
    }),
    toEndpoint(getAnthropicModel, async ({ params: { model: id = "" } }) => {
      const { models } = await catalogue.read();
      if (!findModel(models, id)?.kinds.includes("chat")) throw unknownModel(models, id);
      return Response.json(toModelInfo(id, models));
    }),
  ];
}

function toIds(models: Models): string[] {
  return Object.keys(models).filter((id) => findModel(models, id)?.kinds.includes("chat"));
}

/** An id that is not in the list counts as its end. */
function toPage(
  ids: string[],
  { limit, after_id: after, before_id: before }: ListAnthropicModels,
  models: Models,
) {
  const rest = after === undefined ? ids : ids.slice(toIndex(ids, after) + 1);
  const wanted = before === undefined ? rest : rest.slice(0, toIndex(rest, before));
  const page = before === undefined ? wanted.slice(0, limit) : wanted.slice(-limit);
  return {
    data: page.map((id) => toModelInfo(id, models)),
    first_id: page[0] ?? null,
    last_id: page.at(-1) ?? null,
    has_more: page.length < wanted.length,
  };
}

function toIndex(ids: string[], id: string): number {
  const index = ids.indexOf(id);
  return index < 0 ? ids.length : index;
}

function toModelInfo(id: string, models: Models) {
  return {
    id,
    type: "model",
    display_name: id,
    created_at: created,
    capabilities: null,
    deprecated_at: null,
    lifecycle: "active",
    line: null,
    max_input_tokens: findModel(models, id)?.contextTokens ?? null,
    max_tokens: null,
    retires_at: null,
  };
}
