import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Clock, sleep } from "../../../shared/core/clock.ts";
import { systemClock } from "../../../shared/platform/system-clock.ts";
import type { Answer, Call } from "./answer.ts";
import { createFaults, type Fault, type Operation, type Switch } from "./faults.ts";
import { createObjects } from "./objects.ts";
import { type Route, toRoute } from "./routes.ts";
import { StorageError } from "./storage-error.ts";
import { createUploads } from "./uploads.ts";
import type { Trusted } from "./verify-link.ts";

export type StorageOptions = {
  buckets: string[];
  port?: number;
  clock?: Clock;
  /** Whose signatures open a link. */
  trusted?: Trusted;
};

export type Storage = Awaited<ReturnType<typeof startStorage>>;

/** How much of an upload comes in before `cut` ends the connection. */
const cutAfterBytes = 300_000;
/** Who runs this as a process of its own switches faults on by `POST` of a `Switch`, and off by `DELETE`. */
const faultsPath = "/_faults";

/** Cloud Storage on loopback: what its published interfaces say of the calls that the official client makes here. */
export async function startStorage({ buckets, port = 0, clock = systemClock, trusted }: StorageOptions) {
  const objects = createObjects(buckets);
  const faults = createFaults();
  const calls: Operation[] = [];
  const closing = new AbortController();
  const uploads = createUploads(objects, () => `http://${endpoint}`);
  const options = { objects, uploads, trusted, now: clock.now };
  const server = createServer((request, response) => void handle(request, response));
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const endpoint = `127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", `http://${endpoint}`);
    if (url.pathname === faultsPath) return switchFaults(request, response);
    const isJson = /^\/(upload\/|storage\/v1\/|b\/)/.test(url.pathname);
    try {
      const route = toRoute(request.method ?? "GET", url, options);
      calls.push(route.operation);
      await serve(route, url, request, response);
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      const body = isJson ? error.toJson() : error.toXml();
      const type = isJson ? "application/json; charset=UTF-8" : "application/xml; charset=UTF-8";
      send(response, { status: error.status, headers: { "content-type": type }, body });
    }
  }

  async function serve(route: Route, url: URL, request: IncomingMessage, response: ServerResponse) {
    const { fault, delayMs } = faults.take(route.operation) ?? { fault: undefined, delayMs: 0 };
    const call = await readCall(url, request, fault === "cut" ? cutAfterBytes : undefined);
    if (typeof fault === "number") throw new StorageError(fault, "backendError", "A fault was switched on.");
    if (fault === "slow") await sleep(clock, delayMs, closing.signal);
    if (fault === "silent") return;
    if (fault === "corrupt" && call.body.length > 0) flip(call.body);
    const answer = route.answer(call);
    if (fault === "lost" || !call.isWhole || answer.status === 0) return void response.destroy();
    send(response, answer, fault);
  }

  async function switchFaults(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await Array.fromAsync(request)).toString();
    if (request.method === "POST") faults.add(JSON.parse(body) as Switch);
    else faults.clear();
    send(response, { status: 204 });
  }

  return {
    /** `host:port`. */
    endpoint,
    objects,
    faults,
    /** What was asked, in order. */
    calls,
    openUploads: uploads.open,
    async close(): Promise<void> {
      closing.abort();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** Stops reading once `cutAfter` bytes came; a body that was to be cut is never whole, however short. */
async function readCall(url: URL, request: IncomingMessage, cutAfter?: number): Promise<Call> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= (cutAfter ?? Number.POSITIVE_INFINITY)) break;
    }
  } catch {
    // The caller went away; `complete` says so.
  }
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, [value].flat().join(",")]),
  );
  const isWhole = request.complete && (cutAfter === undefined || bytes === 0);
  return { method: request.method ?? "GET", url, headers, body: Buffer.concat(chunks), isWhole };
}

function send(response: ServerResponse, { status, headers = {}, body = "" }: Answer, fault?: Fault): void {
  const bytes = Buffer.from(body);
  if (fault === "corrupt" && bytes.length > 0) flip(bytes);
  if (fault === "short") {
    response.writeHead(status, headers).end(bytes.subarray(0, bytes.length / 2));
    return;
  }
  const lengths = status === 204 ? {} : { "content-length": String(bytes.length) };
  response.writeHead(status, { ...headers, ...lengths });
  if (fault !== "cut") return void response.end(bytes);
  response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
}

/** Turns a bit in the middle: of an upload at once that is the content, not what is around it. */
function flip(bytes: Buffer): void {
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
}
