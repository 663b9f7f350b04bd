import type { Principal } from "../access/principal.ts";
import type { RenderedPrompt, RenderPrompt } from "../api/prompts.ts";
import type { Platform } from "../platform/platform.ts";
import { chooseVersion } from "./read-prompts.ts";
import { renderTemplate } from "./render-template.ts";

/**
 * The messages of a prompt with these values. Throws `not_found` where there is no such prompt, and `invalid_request` where it
 * lacks the version or label, or the values do not fit; `field` is where they stand in the request.
 */
export async function renderPrompt(
  deps: Pick<Platform, "documents">,
  principal: Principal,
  id: string,
  { variables, ...chosen }: RenderPrompt,
  field = "variables",
): Promise<RenderedPrompt> {
  const content = await chooseVersion(deps, principal, id, chosen);
  return { id, version: content.version, messages: renderTemplate(content, variables, field) };
}
