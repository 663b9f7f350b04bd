import { createHash } from "node:crypto";
import type { ConeaConfig } from "../config/conea-config.ts";
import type { HookConfig } from "../config/hook-config.ts";
import { toTime } from "../core/clock.ts";
import { ConeaError } from "../core/conea-error.ts";
import { idFrom } from "../core/ids.ts";
import { type Log, toErrorField } from "../core/log.ts";
import { currentTraceparent } from "../core/trace.ts";
import { OutcomeUnknown, PreconditionFailed, type WriteTime } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { type HookReceipt, keepBody, receiptPath } from "./hook-receipt.ts";
import type { ReceivedHook } from "./hook-scheme.ts";
import { hookSchemes } from "./hook-schemes.ts";
import { publishReceipt } from "./publish-receipts.ts";

export type ReceiveDeps = Pick<Platform, "documents" | "blobs" | "events" | "secrets" | "clock"> & {
  config: Pick<ConeaConfig, "hooks">;
  log: Log;
};

export type ReceivedAs =
  | { kind: "received"; id: string }
  /** It had come before. */
  | { kind: "duplicate"; id: string }
  /** The sender wants this text back. */
  | { kind: "challenge"; text: string };

const keptDays = 30;
/** Never kept, whatever a sender calls them. */
const secretHeader = /signature|hmac|authorization|token|cookie/;

/** Who sends under this name. Throws `not_found`. */
export function findHookSource({ config: { hooks } }: Pick<ReceiveDeps, "config">, name: string): HookConfig {
  const source = Object.hasOwn(hooks, name) ? hooks[name] : undefined;
  if (source) return source;
  throw new ConeaError(
    "not_found",
    "There is no source of hooks of this name; conea.yaml lists them under hooks.",
  );
}

/**
 * Keeps a genuine hook, once for each id its sender gave it, and publishes that it came. When this resolves it is durable; an event
 * that could not be published is left to the sweep. Throws `not_found`, `unauthenticated`, `invalid_request`, `unavailable`.
 */
export async function receiveHook(deps: ReceiveDeps, name: string, hook: ReceivedHook): Promise<ReceivedAs> {
  const source = findHookSource(deps, name);
  const nowMs = deps.clock.now();
  const verdict = hookSchemes[source.scheme].verify(hook, await readSecrets(deps, name, source), nowMs);
  if (verdict.kind === "challenge") return verdict;
  if (verdict.kind === "refused")
    throw new ConeaError(
      "unauthenticated",
      "The hook is not signed as its source signs, or was signed too long ago.",
    );
  const { deliveryId, topic } = verdict;
  if (!deliveryId)
    throw new ConeaError("invalid_request", "The hook has no delivery id, by which it would be known.");
  const receipt = toReceipt(hook, { name, source, deliveryId, nowMs, ...(topic && { topic }) });
  return keep(deps, receipt, hook.body);
}

async function readSecrets(
  { secrets, log }: ReceiveDeps,
  name: string,
  source: HookConfig,
): Promise<string[]> {
  const found = await Promise.all(source.secret.map((secret) => secrets.get(secret)));
  const known = found.filter((secret) => secret !== undefined);
  if (known.length > 0) return known;
  log.error("the secret of a source of hooks is missing", { path: `/v1/hooks/${name}` });
  throw new ConeaError("unavailable", "This source of hooks is not ready: its secret is missing.");
}

type Facts = { name: string; source: HookConfig; deliveryId: string; topic?: string; nowMs: number };

function toReceipt(hook: ReceivedHook, facts: Facts): Omit<HookReceipt, "body"> {
  const { name, source, deliveryId, topic, nowMs } = facts;
  const contentType = hook.headers.get("content-type");
  const traceparent = currentTraceparent();
  return {
    id: idFrom("hook", name, deliveryId),
    tenant: source.tenant,
    source: name,
    scheme: source.scheme,
    deliveryId,
    ...(topic && { topic }),
    receivedAt: toTime(nowMs),
    ...(contentType && { contentType }),
    headers: keptHeaders(hook.headers, hookSchemes[source.scheme].keeps),
    bytes: hook.body.byteLength,
    ...(traceparent && { traceparent }),
    unpublished: true,
    deleteAt: toTime(nowMs + keptDays * 24 * 60 * 60 * 1_000),
  };
}

function keptHeaders(headers: Headers, start: string): Record<string, string> {
  const kept = [...headers].filter(([name]) => name.startsWith(start) && !secretHeader.test(name));
  return Object.fromEntries(kept);
}

async function keep(
  deps: ReceiveDeps,
  facts: Omit<HookReceipt, "body">,
  content: Uint8Array,
): Promise<ReceivedAs> {
  const { id } = facts;
  const sha256 = createHash("sha256").update(content).digest("hex");
  const receipt: HookReceipt = { ...facts, body: await keepBody(deps, { ...facts, sha256 }, content) };
  const updateTime = await create(deps, receipt);
  if (updateTime === undefined) return { kind: "duplicate", id };
  try {
    await publishReceipt(deps, receipt, updateTime);
  } catch (error) {
    deps.log.warn("event left to the sweep", { type: "hook.received", ...toErrorField(error) });
  }
  return { kind: "received", id };
}

/** `undefined` where it is there already. A commit whose answer was lost is told to the sender, who sends again. */
async function create(
  { documents }: Pick<ReceiveDeps, "documents">,
  receipt: HookReceipt,
): Promise<WriteTime | undefined> {
  try {
    const [updateTime] = await documents.commit([
      { op: "create", path: receiptPath(receipt.id), data: receipt },
    ]);
    return updateTime;
  } catch (error) {
    if (error instanceof PreconditionFailed) return undefined;
    if (!(error instanceof OutcomeUnknown)) throw error;
    throw new ConeaError("unavailable", "The hook may not have been kept; send it again.", { cause: error });
  }
}
