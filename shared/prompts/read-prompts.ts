import type { Principal } from "../access/principal.ts";
import type { ListPrompts, PromptUse } from "../api/prompts.ts";
import { ConeaError } from "../core/conea-error.ts";
import type { ReadSnapshot } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import {
  type PromptDocument,
  type PromptVersionDocument,
  promptPath,
  versionPath,
} from "./prompt-document.ts";

type Deps = Pick<Platform, "documents">;

/** The prompt of that name, if the tenant has it. Everybody of a tenant reads its prompts. Throws `not_found`. */
export async function findPrompt(
  { documents }: Deps,
  { tenant }: Principal,
  name: string,
): Promise<ReadSnapshot<PromptDocument>> {
  const snapshot = await documents.get<PromptDocument>(promptPath(tenant, name));
  if (snapshot && !snapshot.data.deleted) return snapshot;
  throw new ConeaError("not_found", "There is no such prompt.");
}

/** A version, also of a prompt that was deleted since. Throws `not_found`. */
export async function findVersion(
  { documents }: Deps,
  { tenant }: Principal,
  name: string,
  version: number,
): Promise<PromptVersionDocument> {
  const snapshot = await documents.get<PromptVersionDocument>(versionPath(tenant, name, version));
  if (snapshot) return snapshot.data;
  throw new ConeaError("not_found", "There is no such version of the prompt.");
}

/** The version that a use of a prompt means. Throws `not_found`, and `invalid_request` for a label or version it lacks. */
export async function chooseVersion(
  deps: Deps,
  principal: Principal,
  name: string,
  { version, label }: Pick<PromptUse, "version" | "label">,
): Promise<PromptVersionDocument> {
  const { data } = await findPrompt(deps, principal, name);
  const chosen = version ?? (label === undefined ? data.version : labelled(data, label));
  if (chosen === undefined) throw lacks("label", `has no label ${label}`);
  if (chosen > data.version)
    throw lacks("version", `has no version ${chosen}; the latest is ${data.version}`);
  return findVersion(deps, principal, name, chosen);
}

function labelled({ labels }: PromptDocument, label: string): number | undefined {
  return Object.hasOwn(labels, label) ? labels[label] : undefined;
}

function lacks(field: string, message: string): ConeaError {
  return new ConeaError("invalid_request", `The prompt ${message}.`, { fields: [{ field, message }] });
}

export type Listing<T> = { items: T[]; nextCursor?: string };

/** The tenant's prompts, by name. */
export async function listPrompts(
  { documents }: Deps,
  { tenant }: Principal,
  { limit, cursor }: ListPrompts,
): Promise<Listing<PromptDocument>> {
  const found = await documents.query<PromptDocument>({
    collection: "prompts",
    where: [
      ["tenant", "==", tenant],
      ["deleted", "==", false],
      ...(cursor === undefined ? [] : [["name", ">", fromCursor(cursor)] as [string, ">", string]]),
    ],
    orderBy: [["name", "asc"]],
    limit: limit + 1,
  });
  const items = found.slice(0, limit).map(({ data }) => data);
  const last = found.length > limit ? items.at(-1) : undefined;
  return { items, ...(last && { nextCursor: toCursor(last.name) }) };
}

/** The versions of a prompt, newest first. They are numbered without gaps, so that nothing is searched. Throws `not_found`. */
export async function listVersions(
  deps: Deps,
  principal: Principal,
  name: string,
  { limit, cursor }: ListPrompts,
): Promise<Listing<PromptVersionDocument>> {
  const { data } = await findPrompt(deps, principal, name);
  const newest = cursor === undefined ? data.version : toVersion(fromCursor(cursor), data.version) - 1;
  const numbers = Array.from({ length: Math.min(limit, newest) }, (_, index) => newest - index);
  const items = await Promise.all(numbers.map((number) => findVersion(deps, principal, name, number)));
  const last = newest > limit ? items.at(-1) : undefined;
  return { items, ...(last && { nextCursor: toCursor(String(last.version)) }) };
}

function toVersion(text: string, latest: number): number {
  const version = /^[1-9]\d{0,9}$/.test(text) ? Number(text) : Number.NaN;
  if (version <= latest) return version;
  throw wrongCursor();
}

function toCursor(place: string): string {
  return Buffer.from(place).toString("base64url");
}

function fromCursor(cursor: string): string {
  const place = Buffer.from(cursor, "base64url").toString();
  if (place === "" || toCursor(place) !== cursor) throw wrongCursor();
  return place;
}

function wrongCursor(): ConeaError {
  return new ConeaError("invalid_request", "The cursor is not one that this list gave.", {
    fields: [{ field: "cursor", message: "must be a nextCursor of this list" }],
  });
}
