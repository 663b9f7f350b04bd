import type { Principal } from "../access/principal.ts";
import type { ChangeWebhookEndpoint, RotateSecret } from "../api/webhooks.ts";
import { toTime } from "../core/clock.ts";
import { ConeaError } from "../core/conea-error.ts";
import type { Write } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { tryCommit } from "../queue/try-commit.ts";
import { type EndpointDeps, sealHeaders } from "./create-endpoint.ts";
import { type EndpointDocument, endpointPath } from "./endpoint-document.ts";
import { makeSecret, toOverlapping } from "./endpoint-secrets.ts";
import { emptyLine, linePath } from "./line-document.ts";
import { checkOwnHeaders } from "./outbound-headers.ts";
import { findEndpoint } from "./read-endpoints.ts";
import { type WakeLineDeps, wakeLine } from "./wake-line.ts";

export type ChangeEndpointDeps = EndpointDeps & Pick<Platform, "wakes"> & WakeLineDeps;

type Change = { fields?: Partial<EndpointDocument>; removes?: string[]; beside?: Write[] };

const mostTries = 5;
const hourMs = 3_600_000;
/** More would make the header of signatures too long for receivers. */
const mostSecrets = 5;

/** Changes what is given and leaves the rest. Throws `not_found` and `invalid_request`. */
export async function changeEndpoint(
  deps: ChangeEndpointDeps,
  principal: Principal,
  endpointId: string,
  { headers, ...fields }: ChangeWebhookEndpoint,
): Promise<EndpointDocument> {
  if (headers) checkOwnHeaders(headers);
  if (fields.url !== undefined) await deps.safeFetch.checkUrl(fields.url);
  const owner = { tenant: principal.tenant, endpointId };
  const sealed = headers && (await sealHeaders(deps.seal, owner, headers));
  const isEmpty = sealed !== undefined && sealed.sealedHeaders === undefined;
  return apply(deps, principal, endpointId, () => ({
    fields: { ...fields, ...sealed },
    removes: isEmpty ? ["sealedHeaders"] : [],
  }));
}

/** Sends events again, from now on; whatever is known of earlier failures is forgotten. What was held stays so until a replay. */
export async function enableEndpoint(
  deps: ChangeEndpointDeps,
  principal: Principal,
  endpointId: string,
): Promise<EndpointDocument> {
  const line: Write = { op: "set", path: linePath(endpointId), data: emptyLine(endpointId) };
  return apply(deps, principal, endpointId, ({ state }) =>
    state === "enabled"
      ? undefined
      : { fields: { state: "enabled" }, removes: ["reason", "warned"], beside: [line] },
  );
}

/** Sends nothing from now on, five seconds at most: what comes, and what is on its way, is held. */
export async function pauseEndpoint(
  deps: ChangeEndpointDeps,
  principal: Principal,
  endpointId: string,
): Promise<EndpointDocument> {
  const changed = await apply(deps, principal, endpointId, ({ state }) =>
    state === "enabled" ? { fields: { state: "paused" } } : undefined,
  );
  await wakeLine(deps, endpointId);
  return changed;
}

/** Takes an endpoint away, and what is on its way to it. */
export async function deleteEndpoint(
  deps: ChangeEndpointDeps,
  principal: Principal,
  endpointId: string,
): Promise<void> {
  await findEndpoint(deps, principal, endpointId);
  const paths = [endpointPath(endpointId), linePath(endpointId)];
  await deps.documents.commit(paths.map((path) => ({ op: "delete", path })));
  deps.book.forget(principal.tenant);
  await wakeLine(deps, endpointId);
}

/** Gives an endpoint a new secret. The others go on signing for `overlapHours`, 0 for not at all. `shown` is shown this once. */
export async function rotateSecret(
  deps: ChangeEndpointDeps,
  principal: Principal,
  endpointId: string,
  { overlapHours }: RotateSecret,
): Promise<{ endpoint: EndpointDocument; shown: string }> {
  const { data } = await findEndpoint(deps, principal, endpointId);
  const owner = { tenant: principal.tenant, endpointId };
  const { stored, shown } = await makeSecret(deps, owner, data.signature);
  const endpoint = await apply(deps, principal, endpointId, ({ secrets }) => {
    const others = toOverlapping(secrets, deps.clock.now(), overlapHours * hourMs);
    if (others.length < mostSecrets) return { fields: { secrets: [stored, ...others] } };
    throw new ConeaError(
      "conflict",
      `${others.length} secrets still sign; wait until one ends, or revoke them with overlapHours: 0.`,
    );
  });
  return { endpoint, shown };
}

/** Writes a change unless `toChange` finds none to make. Resolves to the endpoint as it is then. */
async function apply(
  deps: ChangeEndpointDeps,
  principal: Principal,
  endpointId: string,
  toChange: (endpoint: EndpointDocument) => Change | undefined,
): Promise<EndpointDocument> {
  for (let tries = 0; tries < mostTries; tries++) {
    const { data, updateTime } = await findEndpoint(deps, principal, endpointId);
    const change = toChange(data);
    if (!change) return data;
    const fields = { ...change.fields, updatedAt: toTime(deps.clock.now()) };
    const removes = change.removes ?? [];
    const path = endpointPath(endpointId);
    const write: Write = { op: "update", path, fields, removes, precondition: { updateTime } };
    if (!(await tryCommit(deps.documents, write, ...(change.beside ?? [])))) continue;
    deps.book.forget(principal.tenant);
    const kept = Object.entries({ ...data, ...fields }).filter(([name]) => !removes.includes(name));
    return Object.fromEntries(kept) as EndpointDocument;
  }
  throw new ConeaError("conflict", "The endpoint is being changed by others; try again.");
}
