import type { protos } from "@google-cloud/tasks";
import { status } from "@grpc/grpc-js";
import { GrpcError } from "../grpc-error.ts";
import { toPage } from "../to-page.ts";
import { parseTask } from "./parse-task.ts";
import type { QueueDirectory } from "./queue-directory.ts";
import { toProtoTask } from "./task.ts";

type v2 = typeof protos.google.cloud.tasks.v2;
type Named = { name: string };
type NamedTask = Named & { responseView: unknown };
type CreateTaskRequest = InstanceType<v2["CreateTaskRequest"]>;
type CreateQueueRequest = InstanceType<v2["CreateQueueRequest"]>;
type ListTasksRequest = InstanceType<v2["ListTasksRequest"]>;
type ListQueuesRequest = InstanceType<v2["ListQueuesRequest"]>;

/** The methods of the service that are played; a call of another is answered with UNIMPLEMENTED. */
export function toMethods(queues: QueueDirectory, now: () => number) {
  const findOf = (task: string) => queues.find(task.replace(/\/tasks\/[^/]*$/, ""));
  return {
    CreateTask(request: CreateTaskRequest) {
      const queue = queues.find(request.parent);
      const task = parseTask(request, now());
      queue.create(task);
      return toProtoTask(task, request.responseView);
    },
    GetTask: ({ name, responseView }: NamedTask) => toProtoTask(findOf(name).get(name), responseView),
    DeleteTask({ name }: Named) {
      findOf(name).delete(name);
      return {};
    },
    ListTasks(request: ListTasksRequest) {
      const { items, nextPageToken } = toPage(queues.find(request.parent).list(), request);
      return { tasks: items.map((task) => toProtoTask(task, request.responseView)), nextPageToken };
    },
    GetQueue: ({ name }: Named) => queues.change(name),
    CreateQueue: ({ parent, queue }: CreateQueueRequest) =>
      queues.create(parseQueueName(parent, queue?.name), queue ?? {}),
    ListQueues(request: ListQueuesRequest) {
      const { items, nextPageToken } = toPage(queues.list(request.parent), request);
      return { queues: items, nextPageToken };
    },
    PauseQueue: ({ name }: Named) => queues.change(name, (queue) => queue.pause()),
    ResumeQueue: ({ name }: Named) => queues.change(name, (queue) => queue.resume()),
    PurgeQueue: ({ name }: Named) => queues.change(name, (queue) => queue.purge()),
  };
}

function parseQueueName(parent: string, name: string | null | undefined): string {
  const id = name?.startsWith(`${parent}/queues/`) ? name.slice(parent.length + "/queues/".length) : "";
  if (!name || !/^projects\/[^/]+\/locations\/[^/]+$/.test(parent) || !/^[A-Za-z0-9-]{1,100}$/.test(id))
    throw new GrpcError(status.INVALID_ARGUMENT, "Queue name must be formatted: …/queues/<QUEUE_ID>");
  return name;
}
