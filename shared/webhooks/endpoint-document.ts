import type { EndpointEvent } from "../api/events.ts";
import type { EndpointState, SignatureKind } from "../api/webhooks.ts";
import type { DocumentPath } from "../platform/documents.ts";

/** A secret, sealed. Without `validUntil` it is the current one. */
export type StoredSecret = {
  id: string;
  sealed: string;
  createdAt: string;
  validUntil?: string;
  publicKey?: string;
};

/** An event that may not have been published yet. */
export type UntoldEvent = {
  sequence: number;
  type: "endpoint.warning" | "endpoint.disabled";
  at: string;
  details: Pick<EndpointEvent["endpoint"], "reason" | "failingSince" | "disablesAt" | "percent">;
};

/** `webhookEndpoints/{id}`: what an administrator has said of it, and what has become of it. */
export type EndpointDocument = {
  id: string;
  tenant: string;
  url: string;
  types: string[];
  description?: string;
  headerNames: string[];
  /** The headers as JSON, sealed. */
  sealedHeaders?: string;
  ratePerSecond: number;
  concurrency: number;
  signature: SignatureKind;
  state: EndpointState;
  reason?: string;
  secrets: StoredSecret[];
  eventSequence: number;
  untold: UntoldEvent[];
  /** Set while `untold` holds anything. */
  unpublished?: true;
  /** How far its owner was warned, in percent, of the failing that began then. */
  warned?: { since: string; percent: number };
  createdAt: string;
  createdBy: string;
  updatedAt: string;
};

/** A notification channel is an endpoint with a form of its own, and stands apart: `channel_…`. */
export function endpointPath(endpointId: string): DocumentPath {
  return endpointId.startsWith("channel_")
    ? `notificationChannels/${endpointId}`
    : `webhookEndpoints/${endpointId}`;
}

/** The secrets that sign at `now` (RFC 3339), the current one first. */
export function validSecrets({ secrets }: Pick<EndpointDocument, "secrets">, now: string): StoredSecret[] {
  return secrets
    .filter(({ validUntil }) => validUntil === undefined || validUntil > now)
    .toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
}
