import type { Clock } from "../core/clock.ts";
import { ConeaError } from "../core/conea-error.ts";
import { callAddresses } from "./call-addresses.ts";
import { type FindTargetDeps, findTarget } from "./find-target.ts";
import { OutboundFailure } from "./outbound-failure.ts";
import { type OutboundUrl, type OutboundUrlOptions, parseOutboundUrl, refuse } from "./outbound-url.ts";

export type SafeRequest = {
  method: "POST" | "PUT" | "GET";
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  /** For all of it: the name, the connection, the answer to its end. */
  timeoutMs?: number;
  signal?: AbortSignal;
};

export type SafeAnswer = {
  status: number;
  /** By lower-case name; of one that came several times, all. */
  headers: Headers;
  /** The first 4 KB, whatever they are encoded in, as text. */
  text: string;
  /** There was more, which was not read. */
  isCut: boolean;
  durationMs: number;
};

export type SafeFetch = {
  /**
   * Calls a URL that somebody else chose. Every address of its host is checked, and the connection goes to one that was; no
   * redirect is followed. Rejects with `OutboundFailure`.
   */
  fetch(url: string, request: SafeRequest): Promise<SafeAnswer>;
  /** Whether `url` could be called now, before it is kept. Throws `invalid_request`, which says what to change. */
  checkUrl(url: string): Promise<void>;
};

export type SafeFetchOptions = OutboundUrlOptions &
  FindTargetDeps & { clock: Clock; timeoutMs?: number; ca?: string };

const defaultTimeoutMs = 15_000;

export function createSafeFetch(options: SafeFetchOptions): SafeFetch {
  const { clock, timeoutMs: usualMs = defaultTimeoutMs, ca } = options;

  async function call(target: OutboundUrl, request: SafeRequest, signal: AbortSignal): Promise<SafeAnswer> {
    const startedAt = clock.elapsed();
    const addresses = await findTarget(options, target, signal);
    const answer = await callAddresses({ target, addresses, request, signal, ...(ca && { ca }) });
    return { ...answer, durationMs: Math.round(clock.elapsed() - startedAt) };
  }

  return {
    async fetch(url, request) {
      const target = parseForCall(url, options);
      return withinTime(clock, request.timeoutMs ?? usualMs, request.signal, (signal) =>
        call(target, request, signal),
      );
    },
    async checkUrl(url) {
      const target = parseOutboundUrl(url, options);
      try {
        await withinTime(clock, usualMs, undefined, (signal) => findTarget(options, target, signal));
      } catch (error) {
        throw error instanceof OutboundFailure ? toRefusal(error) : error;
      }
    },
  };
}

/** A URL that was fine when it was kept, and is none now: the rules are stricter, or local mode has ended. */
function parseForCall(url: string, options: OutboundUrlOptions): OutboundUrl {
  try {
    return parseOutboundUrl(url, options);
  } catch (error) {
    if (!(error instanceof ConeaError)) throw error;
    throw new OutboundFailure("denied", error.message, { cause: error });
  }
}

function toRefusal({ reason, message }: OutboundFailure): ConeaError {
  if (reason === "denied")
    return refuse(`${message.replace(/^The URL |\.$/g, "")}; write one of a public server`);
  return refuse("names a host without an address; correct its name, or wait until it is known");
}

/** Runs `run` with a signal that ends it in time, and rejects then even where it does not end. */
async function withinTime<T>(
  clock: Clock,
  timeoutMs: number,
  outer: AbortSignal | undefined,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const ending = new AbortController();
  const ended = Promise.withResolvers<never>();
  const end = (failure: OutboundFailure) => {
    ended.reject(failure);
    ending.abort(failure);
  };
  const stop = () => end(new OutboundFailure("stopped", "The call was given up."));
  const cancel = clock.after(timeoutMs, () =>
    end(new OutboundFailure("timeout", `There was no whole answer within ${timeoutMs / 1_000} s.`)),
  );
  outer?.addEventListener("abort", stop, { once: true });
  if (outer?.aborted) stop();
  try {
    return await Promise.race([ended.promise, run(ending.signal)]);
  } finally {
    cancel();
    outer?.removeEventListener("abort", stop);
  }
}
