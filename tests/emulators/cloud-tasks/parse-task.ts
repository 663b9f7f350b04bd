import { randomUUID } from "node:crypto";
import type { protos } from "@google-cloud/tasks";
import { status } from "@grpc/grpc-js";
import { GrpcError } from "../grpc-error.ts";
import { toMs } from "./proto-time.ts";
import type { Task } from "./task.ts";

type ICreateTaskRequest = protos.google.cloud.tasks.v2.ICreateTaskRequest;
type IHttpRequest = protos.google.cloud.tasks.v2.IHttpRequest;

const monthMs = 30 * 86_400_000;
const mostBytes = 1_048_576;
/** The service sets these itself, whatever a task asks for. */
const replaced = /^(host|content-length|user-agent|x-google-.*|x-appengine-.*|x-cloudtasks-.*)$/i;

/** The task that a request asks for, or INVALID_ARGUMENT as the service answers it. */
export function parseTask({ parent, task }: ICreateTaskRequest, now: number): Task {
  const { httpRequest } = task ?? {};
  if (!parent || !task || !httpRequest) throw refuse("a queue and an HTTP request are needed");
  const scheduledAt = task.scheduleTime ? toMs(task.scheduleTime) : now;
  if (scheduledAt > now + monthMs) throw refuse("The Task.scheduleTime is too far in the future.");
  return {
    name: parseName(parent, task.name),
    ...parseRequest(httpRequest),
    scheduledAt: Math.max(now, scheduledAt),
    createdAt: now,
    deadlineMs: parseDeadline(task.dispatchDeadline),
    dispatches: 0,
    responses: 0,
  };
}

function parseName(parent: string, name: string | null | undefined): string {
  if (!name) return `${parent}/tasks/${randomUUID().replaceAll("-", "")}`;
  const id = name.startsWith(`${parent}/tasks/`) ? name.slice(parent.length + "/tasks/".length) : "";
  if (!/^[A-Za-z0-9_-]{1,500}$/.test(id)) throw refuse("Task name must be formatted: …/tasks/<TASK_ID>");
  return name;
}

function parseDeadline(deadline: protos.google.protobuf.IDuration | null | undefined): number {
  const ms = deadline ? toMs(deadline) : 600_000;
  if (ms < 15_000 || ms > 1_800_000) throw refuse("Task.dispatchDeadline must be between [15s, 30m].");
  return ms;
}

function parseRequest(request: IHttpRequest): Pick<Task, "url" | "method" | "headers" | "body" | "token"> {
  const { url, httpMethod, oidcToken } = request;
  if (!url || !/^https?:\/\/./.test(url) || url.length > 2_083) throw refuse("HttpRequest.url is not valid.");
  const method = !httpMethod || httpMethod === "HTTP_METHOD_UNSPECIFIED" ? "POST" : String(httpMethod);
  const body = Buffer.from((request.body as Uint8Array | undefined) ?? []);
  if (body.length > 0 && !["POST", "PUT", "PATCH"].includes(method)) throw refuse(`${method} takes no body.`);
  if (body.length > mostBytes) throw refuse("Task size too large");
  if (oidcToken && !/^\S+@\S+$/.test(oidcToken.serviceAccountEmail ?? ""))
    throw refuse("The service account of the OIDC token is not valid.");
  return {
    url,
    method,
    headers: keepHeaders(request.headers ?? {}),
    body,
    ...(oidcToken
      ? {
          token: { serviceAccount: oidcToken.serviceAccountEmail ?? "", audience: oidcToken.audience || url },
        }
      : {}),
  };
}

function keepHeaders(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !replaced.test(name)));
}

function refuse(sentence: string): GrpcError {
  return new GrpcError(status.INVALID_ARGUMENT, sentence);
}
