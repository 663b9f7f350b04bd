import { EventEmitter, once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

export type Arrival = { method: string; headers: IncomingHttpHeaders; body: string; at: number };
export type TargetAnswer = number | { status: number; retryAfter: string };

export type Target = {
  url: string;
  arrivals: Arrival[];
  /** Resolves once so many have arrived in all. */
  arrived(count: number): Promise<void>;
  close(): Promise<void>;
};

/** What tasks are sent to: notes what arrives, and answers 204 or as told. An answer that is waited for may never come. */
export async function startTarget(
  now: () => number,
  answer: (arrival: Arrival, index: number) => TargetAnswer | Promise<TargetAnswer> = () => 204,
): Promise<Target> {
  const arrivals: Arrival[] = [];
  const events = new EventEmitter();
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await Array.fromAsync(request)).toString();
    const arrival = { method: request.method ?? "", headers: request.headers, body, at: now() };
    arrivals.push(arrival);
    events.emit("arrival");
    const given = await answer(arrival, arrivals.length - 1);
    const { status, ...rest } = typeof given === "number" ? { status: given } : given;
    response.writeHead(status, "retryAfter" in rest ? { "Retry-After": rest.retryAfter } : {}).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    arrivals,
    async arrived(count) {
      while (arrivals.length < count) await once(events, "arrival");
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
