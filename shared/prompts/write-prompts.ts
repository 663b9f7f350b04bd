import { isDeepStrictEqual } from "node:util";
import { type Principal, requireWriter } from "../access/principal.ts";
import type { CreatePrompt, Prompt, PromptContent, ReplacePrompt } from "../api/prompts.ts";
import { toTime } from "../core/clock.ts";
import { ConeaError } from "../core/conea-error.ts";
import type { Write } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { changePrompt, type PromptChange } from "./change-prompt.ts";
import { requireSound } from "./check-prompt.ts";
import { type PromptDocument, type PromptVersionDocument, toPrompt, versionPath } from "./prompt-document.ts";

export type PromptDeps = Pick<Platform, "documents" | "clock">;

/**
 * Creates a prompt with its first version; the same one once more changes nothing. One that was deleted comes back with the
 * next number. Throws `conflict` when there is another of that id, `invalid_request` and `too_large`.
 */
export async function createPrompt(
  deps: PromptDeps,
  principal: Principal,
  { id, description, ...content }: CreatePrompt,
): Promise<Prompt> {
  requireWriter(principal);
  requireSound(content);
  const asked = { description, content };
  const document = await changePrompt(deps, principal, id, async (found) => {
    if (!found || found.deleted) return withVersion(deps, principal, id, found, asked);
    if (await isAsAsked(deps, principal, found, asked)) return undefined;
    throw new ConeaError("conflict", `There is a prompt ${id} already; PUT makes a new version of it.`);
  });
  return toPrompt(required(document), content);
}

/** Makes a new version, which is the latest from now on; what the latest says already makes none. Throws `not_found`, too. */
export async function replacePrompt(
  deps: PromptDeps,
  principal: Principal,
  id: string,
  { description, ...content }: ReplacePrompt,
): Promise<Prompt> {
  requireWriter(principal);
  requireSound(content);
  const asked = { description, content };
  const document = await changePrompt(deps, principal, id, async (found) => {
    const isSame = await isAsAsked(deps, principal, requireThere(found), asked);
    return isSame ? undefined : withVersion(deps, principal, id, found, asked);
  });
  return toPrompt(required(document), content);
}

/** Takes a prompt away. Its versions stay, for the tasks that used them. Throws `not_found`. */
export async function deletePrompt(deps: PromptDeps, principal: Principal, id: string): Promise<void> {
  requireWriter(principal);
  let isDone = false;
  await changePrompt(deps, principal, id, (found) => {
    if (isDone && found?.deleted) return undefined;
    isDone = true;
    const prompt = { ...requireThere(found), labels: {}, deleted: true, updatedAt: toTime(deps.clock.now()) };
    return { prompt };
  });
}

type Asked = { description: string | undefined; content: PromptContent };

async function isAsAsked(
  { documents }: PromptDeps,
  { tenant }: Principal,
  { name, version, description }: PromptDocument,
  asked: Asked,
): Promise<boolean> {
  if (description !== asked.description) return false;
  const latest = await documents.get<PromptVersionDocument>(versionPath(tenant, name, version));
  const { template, variables } = latest?.data ?? {};
  return isDeepStrictEqual({ template, variables }, plain(asked.content));
}

/** As it comes out of the store: what is `undefined` is left out. */
function plain(content: PromptContent): unknown {
  return JSON.parse(JSON.stringify(content));
}

function withVersion(
  { clock }: PromptDeps,
  { tenant, user }: Principal,
  name: string,
  found: PromptDocument | undefined,
  { description, content }: Asked,
): PromptChange {
  const version = (found?.version ?? 0) + 1;
  const now = toTime(clock.now());
  const isNew = !found || found.deleted;
  const prompt: PromptDocument = {
    ...{ tenant, name, version, deleted: false, updatedAt: now },
    ...(description !== undefined && { description }),
    labels: isNew ? {} : found.labels,
    createdBy: isNew ? user : found.createdBy,
    createdAt: isNew ? now : found.createdAt,
  };
  const data: PromptVersionDocument = { tenant, name, version, createdBy: user, createdAt: now, ...content };
  const create: Write = { op: "create", path: versionPath(tenant, name, version), data };
  return { prompt, beside: [create] };
}

export function requireThere(found: PromptDocument | undefined): PromptDocument {
  if (found && !found.deleted) return found;
  throw new ConeaError("not_found", "There is no such prompt.");
}

export function required(document: PromptDocument | undefined): PromptDocument {
  if (!document) throw new Error("a prompt was written and is not there");
  return document;
}
