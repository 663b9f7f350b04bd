import {
  type ChangeEndpointDeps,
  changeEndpoint,
  deleteEndpoint,
  enableEndpoint,
  pauseEndpoint,
  rotateSecret,
} from "../webhooks/change-endpoint.ts";
import { createEndpoint } from "../webhooks/create-endpoint.ts";
import type { Webhooks } from "../webhooks/create-webhooks.ts";
import type { EndpointDocument } from "../webhooks/endpoint-document.ts";
import { pingEndpoint } from "../webhooks/ping-endpoint.ts";
import { findDelivery, listDeliveries, toDeliveryView, toSummary } from "../webhooks/read-deliveries.ts";
import { describeEndpoint, findEndpoint, listEndpoints } from "../webhooks/read-endpoints.ts";
import { replayDelivery } from "../webhooks/replay-delivery.ts";
import { toReplayView } from "../webhooks/replay-document.ts";
import { findReplay, startReplay } from "../webhooks/start-replay.ts";
import type { Handlers } from "./create-app.ts";
import { readIdempotencyKey } from "./read-headers.ts";

export type WebhookHandlerDeps = Omit<ChangeEndpointDeps, keyof Webhooks> & { webhooks: Webhooks };

type EndpointOperation =
  | "createWebhookEndpoint"
  | "listWebhookEndpoints"
  | "getWebhookEndpoint"
  | "changeWebhookEndpoint"
  | "deleteWebhookEndpoint"
  | "enableWebhookEndpoint"
  | "pauseWebhookEndpoint"
  | "rotateWebhookSecret"
  | "pingWebhookEndpoint";

type DeliveryOperation =
  | "listWebhookDeliveries"
  | "getWebhookDelivery"
  | "replayWebhookDelivery"
  | "replayWebhookDeliveries"
  | "getWebhookReplay";

export function createWebhookHandlers(
  given: WebhookHandlerDeps,
): Pick<Handlers, EndpointOperation | DeliveryOperation> {
  const deps = { ...given, ...given.webhooks };
  return { ...createEndpointHandlers(deps), ...createDeliveryHandlers(deps) };
}

function createEndpointHandlers(deps: ChangeEndpointDeps): Pick<Handlers, EndpointOperation> {
  const show = async (endpoint: EndpointDocument): Promise<Response> =>
    Response.json(await describeEndpoint(deps, endpoint));
  return {
    async createWebhookEndpoint({ request, principal, body }) {
      const created = await createEndpoint(deps, principal, body, readIdempotencyKey(request.headers));
      const headers = { Location: `/v1/webhook-endpoints/${created.id}` };
      return Response.json(created, { status: 201, headers });
    },
    async listWebhookEndpoints({ principal }) {
      return Response.json({ items: await listEndpoints(deps, principal) });
    },
    async getWebhookEndpoint({ principal, params: { endpointId = "" } }) {
      return show((await findEndpoint(deps, principal, endpointId)).data);
    },
    async changeWebhookEndpoint({ principal, params: { endpointId = "" }, body }) {
      return show(await changeEndpoint(deps, principal, endpointId, body));
    },
    async deleteWebhookEndpoint({ principal, params: { endpointId = "" } }) {
      await deleteEndpoint(deps, principal, endpointId);
      return new Response(null, { status: 204 });
    },
    async enableWebhookEndpoint({ principal, params: { endpointId = "" } }) {
      return show(await enableEndpoint(deps, principal, endpointId));
    },
    async pauseWebhookEndpoint({ principal, params: { endpointId = "" } }) {
      return show(await pauseEndpoint(deps, principal, endpointId));
    },
    async rotateWebhookSecret({ principal, params: { endpointId = "" }, body }) {
      const { endpoint, shown } = await rotateSecret(deps, principal, endpointId, body);
      return Response.json({ ...(await describeEndpoint(deps, endpoint)), secret: shown });
    },
    async pingWebhookEndpoint({ principal, params: { endpointId = "" } }) {
      return Response.json(toSummary(await pingEndpoint(deps, principal, endpointId)), { status: 202 });
    },
  };
}

function createDeliveryHandlers(deps: ChangeEndpointDeps): Pick<Handlers, DeliveryOperation> {
  return {
    async listWebhookDeliveries({ principal, params: { endpointId = "" }, query }) {
      return Response.json(await listDeliveries(deps, principal, endpointId, query));
    },
    async getWebhookDelivery({ principal, params: { endpointId = "", deliveryId = "" } }) {
      const { data } = await findDelivery(deps, principal, endpointId, deliveryId);
      return Response.json(toDeliveryView(data));
    },
    async replayWebhookDelivery({ principal, params: { endpointId = "", deliveryId = "" } }) {
      const delivery = await replayDelivery(deps, principal, endpointId, deliveryId);
      return Response.json(toDeliveryView(delivery), { status: 202 });
    },
    async replayWebhookDeliveries({ request, principal, params: { endpointId = "" }, body }) {
      const idempotencyKey = readIdempotencyKey(request.headers);
      const replay = await startReplay(deps, principal, endpointId, body, idempotencyKey);
      const headers = { Location: `/v1/webhook-endpoints/${endpointId}/replays/${replay.id}` };
      return Response.json(toReplayView(replay), { status: 202, headers });
    },
    async getWebhookReplay({ principal, params: { endpointId = "", replayId = "" } }) {
      return Response.json(toReplayView(await findReplay(deps, principal, endpointId, replayId)));
    },
  };
}
