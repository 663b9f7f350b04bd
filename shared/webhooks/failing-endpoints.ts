import { fromTime, toTime } from "../core/clock.ts";
import type { Snapshot } from "../platform/documents.ts";
import { tryCommit } from "../queue/try-commit.ts";
import { type DisableDeps, disableEndpoint, recordEndpointEvent } from "./disable-endpoint.ts";
import { type EndpointDocument, endpointPath, type UntoldEvent } from "./endpoint-document.ts";
import { type LineDocument, linePath } from "./line-document.ts";

/** An endpoint that nothing was delivered to for so long is disabled. */
export const disabledAfterMs = 5 * 86_400_000;
const warnedAtPercent = [50, 75, 90];
const pageSize = 200;

/**
 * Warns of endpoints to which nothing has been delivered since a first failure, at 50, 75 and 90 percent of five days, and disables
 * those whose time is up: told once each. A line that somebody works at, and so may just deliver something, is left to the next
 * minute. Resolves to how many were warned of or disabled.
 */
export async function judgeFailing(deps: DisableDeps): Promise<number> {
  const [leastPercent = 0] = warnedAtPercent;
  const before = toTime(deps.clock.now() - (disabledAfterMs * leastPercent) / 100);
  const failing = await deps.documents.query<LineDocument>({
    collection: "webhookLines",
    where: [["failingSince", "<=", before]],
    orderBy: [["failingSince", "asc"]],
    limit: pageSize,
  });
  const judged = await Promise.all(failing.map((line) => judge(deps, line)));
  return judged.filter(Boolean).length;
}

async function judge(deps: DisableDeps, line: Snapshot<LineDocument>): Promise<boolean> {
  const { endpointId, failingSince = "", leaseUntil } = line.data;
  const now = deps.clock.now();
  if (leaseUntil > now) return false;
  const found = await deps.documents.get<EndpointDocument>(endpointPath(endpointId));
  if (found?.data.state !== "enabled") return forget(deps, line);
  const percent = Math.floor(((now - fromTime(failingSince)) / disabledAfterMs) * 100);
  const details = { failingSince, disablesAt: toTime(fromTime(failingSince) + disabledAfterMs) };
  if (percent >= 100) {
    const reason = "nothing was delivered to it for five days";
    return disableEndpoint(deps, endpointId, reason, {
      details: { failingSince },
      beside: [toForgetting(line)],
    });
  }
  const reached = warnedAtPercent.findLast((step) => step <= percent) ?? 0;
  const { warned } = found.data;
  if (warned?.since === failingSince && warned.percent >= reached) return false;
  const at = toTime(now);
  const event: Omit<UntoldEvent, "sequence"> = {
    type: "endpoint.warning",
    at,
    details: { ...details, percent: reached },
  };
  return recordEndpointEvent(deps, endpointId, event, {
    fields: { warned: { since: failingSince, percent: reached } },
  });
}

/** An endpoint that is not enabled fails no more. */
async function forget({ documents }: DisableDeps, line: Snapshot<LineDocument>): Promise<false> {
  await tryCommit(documents, toForgetting(line));
  return false;
}

/** Holds only if nobody has worked at the line since it was read: a delivery made meanwhile saves its endpoint. */
function toForgetting({ id, updateTime }: Snapshot<LineDocument>) {
  return {
    op: "update" as const,
    path: linePath(id),
    removes: ["failingSince"],
    precondition: { updateTime },
  };
}
