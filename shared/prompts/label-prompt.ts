import { type Principal, requireWriter } from "../access/principal.ts";
import { toTime } from "../core/clock.ts";
import { ConeaError } from "../core/conea-error.ts";
import { changePrompt } from "./change-prompt.ts";
import type { PromptDocument } from "./prompt-document.ts";
import { type PromptDeps, required, requireThere } from "./write-prompts.ts";

const mostLabels = 20;

/** Points a label to a version. Throws `not_found`, `invalid_request` for a version there is none of, and `conflict`. */
export async function setLabel(
  deps: PromptDeps,
  principal: Principal,
  { id, label, version }: { id: string; label: string; version: number },
): Promise<PromptDocument> {
  requireWriter(principal);
  const document = await changePrompt(deps, principal, id, (found) => {
    const prompt = requireThere(found);
    if (version > prompt.version) throw noVersion(prompt, version);
    if (Object.hasOwn(prompt.labels, label) && prompt.labels[label] === version) return undefined;
    const labels = { ...prompt.labels, [label]: version };
    if (Object.keys(labels).length > mostLabels)
      throw new ConeaError("conflict", `A prompt has at most ${mostLabels} labels.`);
    return { prompt: { ...prompt, labels, updatedAt: toTime(deps.clock.now()) } };
  });
  return required(document);
}

/** Takes a label off. One that is not there is off already. Throws `not_found`. */
export async function removeLabel(
  deps: PromptDeps,
  principal: Principal,
  { id, label }: { id: string; label: string },
): Promise<void> {
  requireWriter(principal);
  await changePrompt(deps, principal, id, (found) => {
    const prompt = requireThere(found);
    if (!Object.hasOwn(prompt.labels, label)) return undefined;
    const { [label]: _, ...labels } = prompt.labels;
    return { prompt: { ...prompt, labels, updatedAt: toTime(deps.clock.now()) } };
  });
}

function noVersion({ version: latest }: PromptDocument, version: number): ConeaError {
  const message = `must be a version there is: from 1 to ${latest}, not ${version}`;
  return new ConeaError("invalid_request", `The version ${message}.`, {
    fields: [{ field: "version", message }],
  });
}
