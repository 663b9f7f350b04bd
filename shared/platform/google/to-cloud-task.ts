import type { protos } from "@google-cloud/tasks";
import type { Wake } from "../wakes.ts";

/** Where wakes are delivered. */
export type WakeTarget = {
  /** The worker's address, and the audience of the token that a wake carries. */
  url: string;
  /** Who a wake comes from: its email. Without it wakes carry no token, which only a worker on this machine takes. */
  serviceAccount?: string;
  /** How long the worker may take, as its manifest says. Cloud Tasks takes from 15 seconds to half an hour. */
  timeoutSeconds?: number;
};

type ITask = protos.google.cloud.tasks.v2.ITask;

/** A wake as a task of Cloud Tasks. `at` in epoch milliseconds; `undefined` is as soon as possible. */
export function toCloudTask(
  wake: Wake,
  { name, at, target }: { name: string; at: number | undefined; target: WakeTarget },
): ITask {
  const { url, serviceAccount, timeoutSeconds = 1_800 } = target;
  return {
    name,
    httpRequest: {
      httpMethod: "POST",
      url,
      headers: {
        "Content-Type": "application/json",
        ...(wake.traceparent && { traceparent: wake.traceparent }),
      },
      body: Buffer.from(JSON.stringify(wake)),
      ...(serviceAccount === undefined
        ? {}
        : { oidcToken: { serviceAccountEmail: serviceAccount, audience: url } }),
    },
    dispatchDeadline: { seconds: Math.min(1_800, Math.max(15, timeoutSeconds)) },
    ...(at === undefined ? {} : { scheduleTime: toTimestamp(at) }),
  };
}

/** A fraction of a millisecond is rounded up: a wake must not come before its time. */
function toTimestamp(epochMs: number): protos.google.protobuf.ITimestamp {
  const ms = Math.ceil(epochMs);
  const seconds = Math.floor(ms / 1_000);
  return { seconds, nanos: (ms - seconds * 1_000) * 1_000_000 };
}
