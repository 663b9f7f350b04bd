import { toTime } from "../core/clock.ts";
import type { DeliveryDocument } from "./delivery-document.ts";
import { type EndpointDocument, validSecrets } from "./endpoint-document.ts";
import type { Verdict } from "./next-delivery-state.ts";
import type { SecretSeal } from "./seal-secrets.ts";
import type { Outgoing, SendOutcome } from "./send.ts";
import { signMessage } from "./sign-message.ts";

/** An endpoint whose secrets are at hand. */
export type OpenEndpoint = {
  endpoint: EndpointDocument;
  /** A delivery as it goes out at `now` (epoch ms): signed with every secret that is valid then. */
  toOutgoing(delivery: Pick<DeliveryDocument, "messageId" | "body">, now: number): Outgoing;
  /** What came back as it may be kept, and what it means; where absent, as it is and by its status. */
  judge?(outcome: SendOutcome): { outcome: SendOutcome; verdict: Verdict };
};

/** Opens an endpoint's secrets and headers. Throws where their key is gone. */
export async function openEndpoint(seal: SecretSeal, endpoint: EndpointDocument): Promise<OpenEndpoint> {
  const owner = { tenant: endpoint.tenant, endpointId: endpoint.id };
  const opened = endpoint.secrets.map(
    async (stored) => [stored.id, await seal.open(owner, stored.sealed)] as const,
  );
  const secrets = new Map(await Promise.all(opened));
  const { sealedHeaders } = endpoint;
  const own = sealedHeaders ? parseHeaders(await seal.open(owner, sealedHeaders)) : {};
  return {
    endpoint,
    toOutgoing({ messageId, body }, now) {
      const valid = validSecrets(endpoint, toTime(now)).map(({ id }) => secrets.get(id) ?? "");
      const message = { id: messageId, timestampSeconds: Math.floor(now / 1_000), body };
      const headers = { ...own, "content-type": "application/json", "user-agent": "Conea-Webhooks/1" };
      return { url: endpoint.url, headers: { ...headers, ...signMessage(message, valid) }, body };
    },
  };
}

function parseHeaders(text: string): Record<string, string> {
  return JSON.parse(text) as Record<string, string>;
}
