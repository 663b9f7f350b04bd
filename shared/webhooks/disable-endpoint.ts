import { toTime } from "../core/clock.ts";
import { type Log, toErrorField } from "../core/log.ts";
import type { Write } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { tryCommit } from "../queue/try-commit.ts";
import { type EndpointDocument, endpointPath, type UntoldEvent } from "./endpoint-document.ts";
import { publishUntold, withEndpointEvent } from "./endpoint-events.ts";
import { wakeLine } from "./wake-line.ts";

export type DisableDeps = Pick<Platform, "documents" | "events" | "wakes" | "clock"> & { log: Log };

const mostTries = 5;

/**
 * Disables an endpoint that is enabled and tells of it. What was on its way to it is held from then on. `beside` is written with
 * it or not at all. Resolves to whether it was this call that did it.
 */
export async function disableEndpoint(
  deps: DisableDeps,
  endpointId: string,
  reason: string,
  { details = {}, beside = [] }: { details?: Omit<UntoldEvent["details"], "reason">; beside?: Write[] } = {},
): Promise<boolean> {
  const at = toTime(deps.clock.now());
  const event = { type: "endpoint.disabled" as const, at, details: { reason, ...details } };
  const state = { state: "disabled" as const, reason, updatedAt: at };
  const isDone = await recordEndpointEvent(deps, endpointId, event, { fields: state, beside });
  if (isDone) await wakeLine(deps, endpointId);
  return isDone;
}

/** Writes an event of an enabled endpoint together with `fields`, and publishes it. `false` where it is not enabled, or busy. */
export async function recordEndpointEvent(
  deps: DisableDeps,
  endpointId: string,
  event: Omit<UntoldEvent, "sequence">,
  { fields, beside = [] }: { fields: Partial<EndpointDocument>; beside?: Write[] },
): Promise<boolean> {
  const path = endpointPath(endpointId);
  for (let tries = 0; tries < mostTries; tries++) {
    const found = await deps.documents.get<EndpointDocument>(path);
    if (found?.data.state !== "enabled") return false;
    const { data, updateTime } = found;
    const all = { ...fields, ...withEndpointEvent(data, event) };
    const write: Write = { op: "update", path, fields: all, precondition: { updateTime } };
    if (await tryCommit(deps.documents, write, ...beside)) {
      await publishNow(deps, endpointId);
      return true;
    }
  }
  return false;
}

/** The event stays in the document until it is known to be published: the sweep does what fails here. */
async function publishNow(deps: DisableDeps, endpointId: string): Promise<void> {
  try {
    const found = await deps.documents.get<EndpointDocument>(endpointPath(endpointId));
    if (found?.data.unpublished) await publishUntold(deps, found.data, found.updateTime);
  } catch (error) {
    deps.log.warn("an endpoint's event is left to the sweep", { endpointId, ...toErrorField(error) });
  }
}
