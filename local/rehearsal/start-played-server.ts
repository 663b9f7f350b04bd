import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Clock, sleep } from "../../shared/core/clock.ts";

export type PlayedRequest = {
  method: string;
  url: URL;
  contentType: string;
  body: Buffer<ArrayBuffer>;
  /** The body as JSON; undefined where it is none. */
  json: unknown;
};

export type PlayedAnswer = {
  /** 200 where absent. */
  status?: number;
  headers?: Record<string, string>;
  /** Bytes as they are, a list of server-sent events one after the other, anything else as JSON. */
  body: Uint8Array | string[] | object;
};

/** A vendor's side of the wire. */
export type Play = (request: PlayedRequest) => PlayedAnswer | Promise<PlayedAnswer>;

export type PlayedServer = { origin: string; close(): Promise<void> };

/** The time between two events of a stream: fast, but slow enough to be seen. */
const eventEveryMs = 20;

/** Serves what `play` answers, on a free port of this machine. */
export async function startPlayedServer(play: Play, clock: Clock): Promise<PlayedServer> {
  const server = createServer((incoming, response) => {
    // Fails only when the caller has gone.
    answer(play, clock, incoming, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(
  play: Play,
  clock: Clock,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { status = 200, headers = {}, body } = await play(await readRequest(incoming));
  if (Array.isArray(body)) {
    response.writeHead(status, { "content-type": "text/event-stream", ...headers });
    return sendEvents(body, clock, response);
  }
  if (body instanceof Uint8Array) response.writeHead(status, headers).end(body);
  else
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

async function sendEvents(events: string[], clock: Clock, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  for (const event of events) {
    if (gone.signal.aborted) return;
    response.write(event);
    await sleep(clock, eventEveryMs, gone.signal);
  }
  response.end();
}

async function readRequest(incoming: IncomingMessage): Promise<PlayedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  return {
    method: incoming.method ?? "GET",
    url: new URL(incoming.url ?? "/", `http://${incoming.headers.host}`),
    contentType: incoming.headers["content-type"] ?? "",
    body,
    json: toJson(body.toString()),
  };
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
