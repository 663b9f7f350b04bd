import type { Handler } from "./create-app.ts";

/** What a server calls for each request; resolves once the response has been sent. */
type Serve<A extends unknown[]> = (...request: A) => Promise<void>;

export type Gate = {
  /** The handler while the gate is open; then requests are asked to come again, which another instance will serve. */
  admit(handler: Handler): Handler;
  /** Counts a request in until its response has been sent. */
  count<A extends unknown[]>(serve: Serve<A>): Serve<A>;
  shut(): void;
  /** Resolves once all that were let in have been served. */
  empty(): Promise<void>;
};

/** A gate before a function, to be shut when the process is about to end. */
export function createGate(): Gate {
  const inside = new Set<Promise<void>>();
  let isShut = false;
  return {
    admit: (handler) => (request) => (isShut ? comeAgain() : handler(request)),
    count:
      (serve) =>
      (...request) => {
        const served = serve(...request).finally(() => inside.delete(served));
        inside.add(served);
        return served;
      },
    shut() {
      isShut = true;
    },
    async empty() {
      await Promise.allSettled(inside);
    },
  };
}

async function comeAgain(): Promise<Response> {
  return new Response(null, { status: 503, headers: { "Retry-After": "1" } });
}
