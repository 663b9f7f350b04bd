import { getModel, listModels, type OpenAiModel } from "../../api/openai/models.ts";
import { type Catalogue, findModel, type Models } from "../../routing/catalogue.ts";
import { unknownModel } from "../../routing/unknown-model.ts";
import { type Endpoint, toEndpoint } from "./create-openai-app.ts";

/** The catalogue does not say when a model was made, and clients want a number. */
const created = 1_700_000_000;

/** The models of the catalogue, by the names that calls take. */
export function createModelEndpoints({ catalogue }: { catalogue: Catalogue }): Endpoint[] {
  return [
    toEndpoint(listModels, async () => {
      const { models } = await catalogue.read();
      return Response.json({ object: "list", data: Object.keys(models).map((id) => show(models, id)) });
    }),
    toEndpoint(getModel, async ({ params: { model: id = "" } }) => {
      const { models } = await catalogue.read();
      const model = show(models, id) ?? showAtProvider(models, id);
      if (!model) throw unknownModel(models, id);
      return Response.json(model);
    }),
  ];
}

function show(models: Models, id: string): OpenAiModel | undefined {
  const model = findModel(models, id);
  return model && { id, object: "model", created, owned_by: model.provider };
}

/** `provider/model`, which calls take too. */
function showAtProvider(models: Models, name: string): OpenAiModel | undefined {
  const slash = name.indexOf("/");
  const model = show(models, name.slice(slash + 1));
  return model?.owned_by === name.slice(0, slash) ? model : undefined;
}
