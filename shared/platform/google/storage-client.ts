import { EventEmitter } from "node:events";
import type { Bucket, Storage } from "@google-cloud/storage";
import { isStorageTransient } from "./storage-failure.ts";

export type StorageClientOptions = {
  project: string;
  bucket: string;
  /** `host:port` of a server that plays Cloud Storage. Unset: what STORAGE_EMULATOR_HOST names, or else the real one. */
  endpoint?: string;
  /** After so long without an answer a request has failed. */
  timeoutMs: number;
};

/**
 * The same bucket twice. `plain` asks once: what may be asked again is asked again by us. `resuming` is for uploads in parts,
 * which go on where they stopped; its requests belong to one session, so that doing one twice is doing it once.
 */
export type StorageClient = { plain: Bucket; resuming: Bucket };

/** The client puts eleven listeners on one of its streams at each download, and Node warns of a leak at that number. */
const listeners = 16;

export async function openStorageClient(options: StorageClientOptions): Promise<StorageClient> {
  const { Storage, IdempotencyStrategy } = await import("@google-cloud/storage");
  EventEmitter.defaultMaxListeners = Math.max(EventEmitter.defaultMaxListeners, listeners);
  const { project, bucket, endpoint, timeoutMs } = options;
  const played = endpoint === undefined ? {} : { apiEndpoint: `http://${endpoint}` };
  const plain = new Storage({ projectId: project, ...played, retryOptions: { autoRetry: false } });
  const resuming = new Storage({
    projectId: project,
    ...played,
    authClient: plain.authClient,
    retryOptions: {
      autoRetry: true,
      idempotencyStrategy: IdempotencyStrategy.RetryAlways,
      maxRetries: 3,
      retryDelayMultiplier: 2,
      maxRetryDelay: 2,
      totalTimeout: 600,
      retryableErrorFn: isStorageTransient,
    },
  });
  resuming.interceptors.push(withTimeout(timeoutMs));
  return { plain: plain.bucket(bucket), resuming: resuming.bucket(bucket) };
}

type Interceptor = Storage["interceptors"][number];

/** The client's own `timeout` option reaches no request on Node; this one reaches those of an upload in parts. */
function withTimeout(timeoutMs: number): Interceptor {
  return { request: (options) => ({ ...options, timeout: timeoutMs }) as ReturnType<Interceptor["request"]> };
}
