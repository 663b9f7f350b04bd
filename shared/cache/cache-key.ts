import { createHash } from "node:crypto";
import stringify from "safe-stable-stringify";
import type { ContentPart } from "../api/chat.ts";
import type { TaskInput } from "../api/inputs.ts";
import type { TaskType } from "../api/task-type.ts";
import type { DocumentPath } from "../platform/documents.ts";

declare const made: unique symbol;

/** Names an entry of one tenant. Only `toCacheKey` makes one, and not without the tenant. */
export type CacheKey = string & { readonly [made]: "CacheKey" };

/** What is asked, and of whom. */
export type Question = {
  provider: string;
  /** Absent where the provider has no models. */
  model?: string | undefined;
  /** Of the catalogue: see `toCatalogueVersion`. */
  version: string;
  type: TaskType;
  /** See `toInputDigest`. */
  digest: string;
};

/** Equal only for equal questions of one tenant. */
export function toCacheKey(tenant: string, { provider, model, version, type, digest }: Question): CacheKey {
  return toDigest([tenant, provider, model ?? null, version, type, digest]) as CacheKey;
}

export function cachePath(key: CacheKey): DocumentPath {
  return `cache/${key}`;
}

/**
 * Everything that a provider is asked: messages, tools, format, sampling. Equal whatever the order of fields. An upload counts by
 * its content (`contents`: digests by upload id), since its id says nothing of it. Throws where one is not among them.
 */
export function toInputDigest(input: TaskInput, contents: ReadonlyMap<string, string> = new Map()): string {
  const contentOf = (blobId: string) => {
    const content = contents.get(blobId);
    if (content === undefined) throw new Error("an upload of the input was not read");
    return { content };
  };
  const toPart = (part: ContentPart) =>
    part.type === "image" && "blob" in part.image ? { ...part, image: contentOf(part.image.blob) } : part;
  if ("audio" in input && "blob" in input.audio)
    return toDigest({ ...input, audio: contentOf(input.audio.blob) });
  if (!("messages" in input)) return toDigest(input);
  const messages = input.messages.map((message) =>
    Array.isArray(message.content) ? { ...message, content: message.content.map(toPart) } : message,
  );
  return toDigest({ ...input, messages });
}

/** Hexadecimal, so that it is a document's id whatever it is. */
export function toDigest(value: unknown): string {
  return createHash("sha256")
    .update(stringify(value) ?? "")
    .digest("hex");
}
