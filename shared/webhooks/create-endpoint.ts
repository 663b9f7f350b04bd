import type { Principal } from "../access/principal.ts";
import type { CreatedWebhookEndpoint, CreateWebhookEndpoint } from "../api/webhooks.ts";
import { toTime } from "../core/clock.ts";
import { ConeaError } from "../core/conea-error.ts";
import { idFrom } from "../core/ids.ts";
import type { Platform } from "../platform/platform.ts";
import { tryCommit } from "../queue/try-commit.ts";
import { type EndpointBook, mostEndpoints } from "./create-endpoint-book.ts";
import type { SafeFetch } from "./create-safe-fetch.ts";
import { type EndpointDocument, endpointPath } from "./endpoint-document.ts";
import { makeSecret } from "./endpoint-secrets.ts";
import { checkOwnHeaders } from "./outbound-headers.ts";
import { toEndpointView } from "./read-endpoints.ts";
import type { SecretOwner, SecretSeal } from "./seal-secrets.ts";

export type EndpointDeps = Pick<Platform, "documents" | "clock" | "ids"> & {
  seal: SecretSeal;
  safeFetch: Pick<SafeFetch, "checkUrl">;
  book: EndpointBook;
};

/**
 * Makes an endpoint. What it resolves to is the only place its secret appears, so a repeated Idempotency-Key cannot be answered
 * again: it throws `conflict`. Throws `invalid_request` for a URL or headers that may not be used.
 */
export async function createEndpoint(
  deps: EndpointDeps,
  { tenant, user }: Principal,
  request: CreateWebhookEndpoint,
  idempotencyKey?: string,
): Promise<CreatedWebhookEndpoint> {
  checkOwnHeaders(request.headers);
  await deps.safeFetch.checkUrl(request.url);
  await requireRoom(deps, tenant);
  const id =
    idempotencyKey === undefined ? deps.ids.newId("endpoint") : idFrom("endpoint", tenant, idempotencyKey);
  const owner = { tenant, endpointId: id };
  const { stored, shown } = await makeSecret(deps, owner, request.signature);
  const { headers, ...rest } = request;
  const at = toTime(deps.clock.now());
  const data: EndpointDocument = {
    ...{ id, tenant, ...rest, ...(await sealHeaders(deps.seal, owner, headers)) },
    ...{ state: "enabled", secrets: [stored], eventSequence: 0, untold: [] },
    ...{ createdAt: at, createdBy: user, updatedAt: at },
  };
  if (!(await tryCommit(deps.documents, { op: "create", path: endpointPath(id), data }))) throw wasShown();
  deps.book.forget(tenant);
  return { ...toEndpointView(data, at, undefined), secret: shown };
}

/** An endpoint's own headers as they are kept. */
export async function sealHeaders(
  seal: SecretSeal,
  owner: SecretOwner,
  headers: Record<string, string>,
): Promise<Pick<EndpointDocument, "headerNames" | "sealedHeaders">> {
  const entries = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  if (entries.length === 0) return { headerNames: [] };
  const sealedHeaders = await seal.seal(owner, JSON.stringify(Object.fromEntries(entries)));
  return { headerNames: entries.map(([name]) => name).sort(), sealedHeaders };
}

async function requireRoom({ documents }: EndpointDeps, tenant: string): Promise<void> {
  const count = await documents.count({
    collection: "webhookEndpoints",
    where: [["tenant", "==", tenant]],
    orderBy: [["createdAt", "asc"]],
  });
  if (count < mostEndpoints) return;
  throw new ConeaError("conflict", `There are ${mostEndpoints} webhook endpoints already; delete one first.`);
}

function wasShown(): ConeaError {
  return new ConeaError(
    "conflict",
    "An endpoint was created with this Idempotency-Key, and its secret shown then; rotate its secret if it was lost.",
  );
}
