import { idempotencyKey } from "./idempotency-key.ts";
import type { Operation } from "./operations.ts";
import {
  ChangeWebhookEndpoint,
  CreatedWebhookEndpoint,
  CreateWebhookEndpoint,
  DeliveryPage,
  DeliverySummary,
  ListDeliveries,
  ReplayDeliveries,
  RotateSecret,
  WebhookDelivery,
  WebhookEndpoint,
  WebhookEndpointPage,
  WebhookReplay,
} from "./webhooks.ts";

const endpoints = "/v1/webhook-endpoints";
const one = `${endpoints}/{endpointId}` as const;
const endpointAnswer = { description: "The endpoint.", schema: WebhookEndpoint };
const secretAnswer = { description: "The endpoint with its secret.", schema: CreatedWebhookEndpoint };

/** Of the administrators of a tenant: where its events go, and what became of them. */
export const webhookOperations = {
  createWebhookEndpoint: {
    method: "POST",
    path: endpoints,
    summary: "Create a webhook endpoint; the answer is the only place its secret appears",
    access: "admin",
    body: CreateWebhookEndpoint,
    headers: idempotencyKey,
    answers: { 201: secretAnswer },
  },
  listWebhookEndpoints: {
    method: "GET",
    path: endpoints,
    summary: "List webhook endpoints",
    access: "admin",
    answers: { 200: { description: "All endpoints, without their secrets.", schema: WebhookEndpointPage } },
  },
  getWebhookEndpoint: {
    method: "GET",
    path: one,
    summary: "Get a webhook endpoint",
    access: "admin",
    answers: { 200: endpointAnswer },
  },
  changeWebhookEndpoint: {
    method: "POST",
    path: one,
    summary: "Change a webhook endpoint; what is left out stays",
    access: "admin",
    body: ChangeWebhookEndpoint,
    answers: { 200: endpointAnswer },
  },
  deleteWebhookEndpoint: {
    method: "DELETE",
    path: one,
    summary: "Delete a webhook endpoint, and what is on its way to it",
    access: "admin",
    answers: { 204: { description: "Gone." } },
  },
  enableWebhookEndpoint: {
    method: "POST",
    path: `${one}/enable`,
    summary: "Send events to a paused or disabled endpoint from now on; a replay sends what was held",
    access: "admin",
    answers: { 200: endpointAnswer },
  },
  pauseWebhookEndpoint: {
    method: "POST",
    path: `${one}/pause`,
    summary: "Hold what comes for an endpoint, and what is on its way to it",
    access: "admin",
    answers: { 200: endpointAnswer },
  },
  rotateWebhookSecret: {
    method: "POST",
    path: `${one}/rotate-secret`,
    summary: "Give an endpoint a new secret; the old one signs beside it for a day, or as long as asked",
    access: "admin",
    body: RotateSecret,
    bodyOptional: true,
    answers: { 200: secretAnswer },
  },
  pingWebhookEndpoint: {
    method: "POST",
    path: `${one}/ping`,
    summary: "Send an endpoint an `endpoint.ping`",
    access: "admin",
    answers: { 202: { description: "Its delivery.", schema: DeliverySummary } },
  },
  listWebhookDeliveries: {
    method: "GET",
    path: `${one}/deliveries`,
    summary: "List the deliveries to an endpoint, newest first; they are kept for 30 days after their end",
    access: "admin",
    query: ListDeliveries,
    answers: { 200: { description: "A page of deliveries.", schema: DeliveryPage } },
  },
  getWebhookDelivery: {
    method: "GET",
    path: `${one}/deliveries/{deliveryId}`,
    summary: "Get a delivery with what is sent and what was answered",
    access: "admin",
    answers: { 200: { description: "The delivery.", schema: WebhookDelivery } },
  },
  replayWebhookDelivery: {
    method: "POST",
    path: `${one}/deliveries/{deliveryId}/replay`,
    summary: "Send a delivery that has ended again, under the same id",
    access: "admin",
    answers: { 202: { description: "The delivery.", schema: WebhookDelivery } },
  },
  replayWebhookDeliveries: {
    method: "POST",
    path: `${one}/replay`,
    summary: "Send again what failed or was held since a time, or everything",
    access: "admin",
    body: ReplayDeliveries,
    headers: idempotencyKey,
    answers: { 202: { description: "The replay.", schema: WebhookReplay } },
  },
  getWebhookReplay: {
    method: "GET",
    path: `${one}/replays/{replayId}`,
    summary: "Show how far a replay has come",
    access: "admin",
    answers: { 200: { description: "The replay.", schema: WebhookReplay } },
  },
} as const satisfies Record<string, Operation>;
