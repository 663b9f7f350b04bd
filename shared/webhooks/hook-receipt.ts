import type { HookEvent } from "../api/events.ts";
import type { HookScheme } from "../config/hook-config.ts";
import type { Platform } from "../platform/platform.ts";
import { putBlob, toBlobKey } from "../platform/put-blob.ts";

/** `hookReceipts/{id}`: a hook that came, kept before its sender is answered. */
export type HookReceipt = {
  id: string;
  tenant: string;
  source: string;
  scheme: HookScheme;
  /** The sender's own: a second one under it is the same hook. */
  deliveryId: string;
  topic?: string;
  receivedAt: string;
  contentType?: string;
  /** What the sender's headers tell beside the body. */
  headers: Record<string, string>;
  body: HookBody;
  bytes: number;
  traceparent?: string;
  /** Its event may not have been published. */
  unpublished?: true;
  deleteAt: string;
};

/** Every byte as it came: as text where it is some, or in Blobs where it is large. */
export type HookBody = { text: string } | { base64: string } | { blob: string };

/** Above this many bytes a body is kept in Blobs. */
const largestInline = 100_000;

export function receiptPath(id: string): string {
  return `hookReceipts/${id}`;
}

/** The body as a receipt keeps it. What is large is stored under a name that only this content has. */
export async function keepBody(
  { blobs }: Pick<Platform, "blobs">,
  { tenant, id, sha256 }: { tenant: string; id: string; sha256: string },
  body: Uint8Array,
): Promise<HookBody> {
  if (body.byteLength <= largestInline) return toInline(body);
  const blob = toBlobKey("hookBody", tenant, id, sha256);
  await putBlob({ blobs }, blob, body, { contentType: "application/octet-stream" });
  return { blob };
}

/** A byte order mark is part of what was signed, so it stays. */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function toInline(body: Uint8Array): HookBody {
  try {
    return { text: utf8.decode(body) };
  } catch {
    return { base64: Buffer.from(body).toString("base64") };
  }
}

/** The bytes that were received. Throws when they were in Blobs and are gone. */
export async function readHookBody(
  { blobs }: Pick<Platform, "blobs">,
  { body }: Pick<HookReceipt, "body">,
): Promise<Uint8Array> {
  if ("text" in body) return Buffer.from(body.text);
  if ("base64" in body) return Buffer.from(body.base64, "base64");
  const found = await blobs.get(body.blob);
  if (!found) throw new Error("the body of a hook is gone");
  return found.content;
}

export function toHookEvent(receipt: HookReceipt): HookEvent {
  const { id, source, scheme, deliveryId, topic, bytes, tenant, receivedAt, traceparent } = receipt;
  return {
    id: `${id}.1`,
    type: "hook.received",
    sequence: 1,
    time: receivedAt,
    tenant,
    hook: { id, source, scheme, deliveryId, ...(topic && { topic }), bytes },
    ...(traceparent && { traceparent }),
  };
}
