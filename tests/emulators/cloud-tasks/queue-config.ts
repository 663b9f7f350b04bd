import type { protos } from "@google-cloud/tasks";
import { status } from "@grpc/grpc-js";
import { GrpcError } from "../grpc-error.ts";
import { fromMs, toMs } from "./proto-time.ts";

export type QueueConfig = {
  perSecond: number;
  burst: number;
  concurrent: number;
  /** -1 is without end. */
  attempts: number;
  /** 0 is without end. */
  retryForMs: number;
  minBackoffMs: number;
  maxBackoffMs: number;
  doublings: number;
};

type IQueue = protos.google.cloud.tasks.v2.IQueue;

/** What was asked for, with the service's defaults for the rest. */
export function toQueueConfig({ rateLimits, retryConfig }: IQueue): QueueConfig {
  const perSecond = rateLimits?.maxDispatchesPerSecond || 500;
  const config = {
    perSecond,
    burst: toBurst(perSecond),
    concurrent: rateLimits?.maxConcurrentDispatches || 1_000,
    attempts: retryConfig?.maxAttempts || 100,
    retryForMs: retryConfig?.maxRetryDuration ? toMs(retryConfig.maxRetryDuration) : 0,
    minBackoffMs: retryConfig?.minBackoff ? toMs(retryConfig.minBackoff) : 100,
    maxBackoffMs: retryConfig?.maxBackoff ? toMs(retryConfig.maxBackoff) : 3_600_000,
    doublings: retryConfig?.maxDoublings || 16,
  };
  const isSound = perSecond <= 500 && config.concurrent <= 5_000 && config.attempts >= -1;
  if (!isSound) throw new GrpcError(status.INVALID_ARGUMENT, "a limit of the queue is out of range");
  return config;
}

/** The service picks the burst and does not say how. The queues that its pages show fit this. */
function toBurst(perSecond: number): number {
  return Math.min(100, Math.max(10, Math.ceil(perSecond / 5)));
}

export function fromQueueConfig(config: QueueConfig): IQueue {
  return {
    rateLimits: {
      maxDispatchesPerSecond: config.perSecond,
      maxBurstSize: config.burst,
      maxConcurrentDispatches: config.concurrent,
    },
    retryConfig: {
      maxAttempts: config.attempts,
      maxRetryDuration: fromMs(config.retryForMs),
      minBackoff: fromMs(config.minBackoffMs),
      maxBackoff: fromMs(config.maxBackoffMs),
      maxDoublings: config.doublings,
    },
  };
}
