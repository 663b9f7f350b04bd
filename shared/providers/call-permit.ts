import { AsyncLocalStorage } from "node:async_hooks";

/** The right to start one call, until a moment that only its owner knows. */
export type CallPermit = {
  mayStart: () => boolean;
  /** The call came too late to start, and was not sent. */
  isRefused: boolean;
};

type Current = { permit: CallPermit; isStarted: boolean };
const current = new AsyncLocalStorage<Current>();

/** Runs what makes one call: its first request is sent only while the permit is good. */
export function withPermit<T>(permit: CallPermit, run: () => T): T {
  return current.run({ permit, isStarted: false }, run);
}

/**
 * `fetch`, which rejects without sending anything where the permit of the call it belongs to has run out. What an SDK does
 * before it sends may take long, and only here is it known when a call starts.
 */
export function guardStart(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  return (input, init) => {
    const call = current.getStore();
    if (call && !call.isStarted) {
      call.permit.isRefused = !call.permit.mayStart();
      if (call.permit.isRefused) return Promise.reject(new Error("the permit of this call has run out"));
      call.isStarted = true;
    }
    return fetch(input, init);
  };
}
