import { aTask } from "../../shared/tasks/task.fixture.ts";
import { create, list, read, remove, update } from "./attempts.ts";
import type { RulesCase } from "./rules-case.ts";

const page = "output/0001-000000";
const acme = { tenant: "acme", deleted: false };

/** What nobody writes, and what is Conea's alone. */
export const closedCases = {
  late: {
    promise: "late results are Conea's alone",
    allowed: ["root", read(`tasks/ann/${page}`)],
    refused: ["root", read("tasks/ann/late/1")],
  },
  createTask: {
    promise: "nobody creates a task past the HTTP interface",
    allowed: ["ann", read("tasks/ann")],
    refused: ["ann", create("tasks/ann-new", aTask({ createdBy: "ann" }))],
  },
  createTaskAsAdmin: {
    promise: "not even an administrator creates one",
    allowed: ["root", read("tasks/ann")],
    refused: ["root", create("tasks/root-new", aTask({ createdBy: "root" }))],
  },
  updateTask: {
    promise: "nobody changes a task that they may read",
    allowed: ["ann", read("tasks/ann")],
    refused: ["ann", update("tasks/ann", { status: "cancelled" })],
  },
  takeOver: {
    promise: "nobody makes a task of somebody else their own",
    allowed: ["bob", read("tasks/bob")],
    refused: ["bob", update("tasks/ann", { createdBy: "bob" })],
  },
  removeTask: {
    promise: "nobody deletes a task that they may read",
    allowed: ["root", read("tasks/ann-2")],
    refused: ["root", remove("tasks/ann-2")],
  },
  writePage: {
    promise: "nobody writes output",
    allowed: ["ann", list("tasks/ann/output")],
    refused: ["ann", create("tasks/ann/output/0001-000001", { tenant: "acme", createdBy: "ann", text: "!" })],
  },
  removePage: {
    promise: "nobody deletes output",
    allowed: ["root", list("tasks/ann/output")],
    refused: ["root", remove(`tasks/ann/${page}`)],
  },
  writeSession: {
    promise: "nobody writes a session",
    allowed: ["ann", read("sessions/ann")],
    refused: ["ann", create("sessions/ann-new", { tenant: "acme", createdBy: "ann" })],
  },
  writeUsage: {
    promise: "nobody writes their own usage",
    allowed: ["ann", read("usage/ann")],
    refused: ["ann", update("usage/ann", { user: "bob" })],
  },
  keys: {
    promise: "keys are Conea's alone",
    allowed: ["root", read("tasks/ann")],
    refused: ["root", list("keys", { tenant: "acme" })],
  },
  keyRequests: {
    promise: "requests for keys are Conea's alone",
    allowed: ["ann", read("tasks/ann")],
    refused: ["ann", read("keyRequests/ann")],
  },
  queues: {
    promise: "queues are Conea's alone",
    allowed: ["root", read("tasks/ann")],
    refused: ["root", read("queues/openai")],
  },
  gates: {
    promise: "gates are Conea's alone",
    allowed: ["root", read("tasks/bob")],
    refused: ["root", read("gates/openai")],
  },
  limits: {
    promise: "limits are Conea's alone",
    allowed: ["root", list("tasks", acme)],
    refused: ["root", list("limits", acme)],
  },
  replayRequests: {
    promise: "requests to replay are Conea's alone",
    allowed: ["ann", read("tasks/ann")],
    refused: ["ann", read("replayRequests/ann")],
  },
  notificationChannels: {
    promise: "notification channels are Conea's alone",
    allowed: ["root", read("tasks/ann")],
    refused: ["root", read("notificationChannels/channel_1")],
  },
  notificationSubscriptions: {
    promise: "notification subscriptions are Conea's alone",
    allowed: ["root", read("tasks/ann")],
    refused: ["root", read("notificationSubscriptions/subscription_1")],
  },
  notificationThreads: {
    promise: "the threads of notifications are Conea's alone",
    allowed: ["root", read("tasks/ann")],
    refused: ["root", read("notificationThreads/thread_1")],
  },
  notificationNotices: {
    promise: "notices that wait are Conea's alone",
    allowed: ["root", read("tasks/ann")],
    refused: ["root", read("notificationNotices/notice_1")],
  },
  webhookEndpoints: {
    promise: "webhook endpoints are Conea's alone",
    allowed: ["root", read("tasks/ann")],
    refused: ["root", read("webhookEndpoints/endpoint_1")],
  },
  webhookLines: {
    promise: "the lines of webhook endpoints are Conea's alone",
    allowed: ["root", read("tasks/ann")],
    refused: ["root", read("webhookLines/endpoint_1")],
  },
  webhookDeliveries: {
    promise: "webhook deliveries are Conea's alone",
    allowed: ["root", read("tasks/ann")],
    refused: ["root", read("webhookDeliveries/delivery_1")],
  },
  webhookReplays: {
    promise: "replays of webhook deliveries are Conea's alone",
    allowed: ["root", read("tasks/ann")],
    refused: ["root", read("webhookReplays/replay_1")],
  },
  hookReceipts: {
    promise: "the hooks that came are Conea's alone",
    allowed: ["root", read("tasks/ann")],
    refused: ["root", read("hookReceipts/hook_1")],
  },
  catalogue: {
    promise: "the registered models are Conea's alone",
    allowed: ["root", read("tasks/ann")],
    refused: ["root", read("catalogue/models")],
  },
  allowances: {
    promise: "how an allowance stands is Conea's alone",
    allowed: ["root", read("tasks/ann")],
    refused: ["root", read("allowances/a")],
  },
  allowanceLimits: {
    promise: "the limits that were set are Conea's alone",
    allowed: ["root", read("tasks/ann")],
    refused: ["root", read("allowanceLimits/a")],
  },
  allowanceEvents: {
    promise: "what is yet to be told of allowances is Conea's alone",
    allowed: ["root", read("tasks/ann")],
    refused: ["root", read("allowanceEvents/a")],
  },
  prices: {
    promise: "the prices that were set are Conea's alone",
    allowed: ["root", read("tasks/ann")],
    refused: ["root", read("prices/gpt-5")],
  },
  modelHealth: {
    promise: "how the models do is Conea's alone",
    allowed: ["root", read("tasks/ann")],
    refused: ["root", read("modelHealth/gpt-5")],
  },
  prompts: {
    promise: "prompts are read over HTTP alone",
    allowed: ["root", read("tasks/ann")],
    refused: ["root", list("prompts", { tenant: "acme", deleted: false })],
  },
  promptVersions: {
    promise: "versions of prompts are read over HTTP alone",
    allowed: ["ann", read("tasks/ann")],
    refused: ["ann", read("prompts/ann/versions/1")],
  },
  alerts: {
    promise: "alerts are read over HTTP alone",
    allowed: ["root", read("tasks/ann")],
    refused: ["root", list("alerts", { tenant: "acme" })],
  },
  usageMinutes: {
    promise: "what is counted by minute is Conea's alone",
    allowed: ["root", read("tasks/ann")],
    refused: ["root", list("usageMinutes", { unrolled: true })],
  },
  usageRollups: {
    promise: "rollups are read over HTTP alone",
    allowed: ["root", read("tasks/ann")],
    refused: ["root", list("usageRollups", { tenant: "acme" })],
  },
  usageReports: {
    promise: "reports are read over HTTP alone",
    allowed: ["root", read("tasks/ann")],
    refused: ["root", list("usageReports", { tenant: "acme" })],
  },
  unnamed: {
    promise: "a collection that the rules do not name is closed",
    allowed: ["root", read("usage/ann")],
    refused: ["root", read("blobs/ann")],
  },
  createUnnamed: {
    promise: "nobody starts a collection of their own",
    allowed: ["root", read("sessions/ann")],
    refused: ["root", create("notes/1", { tenant: "acme", createdBy: "root" })],
  },
} satisfies Record<string, RulesCase>;
