import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** One HTTP answer, byte for byte. */
export type Reply = {
  /** 200 where absent. */
  status?: number;
  headers?: Record<string, string>;
  /** Text and bytes are sent as they are, one write each; anything else as JSON. */
  body?: string | Uint8Array | (string | Uint8Array)[] | object;
  /**
   * What follows the body: `complete` ends the answer, `cut` closes the connection in the middle of it, `hang` sends no
   * more until the caller goes away, `reset` resets the connection instead of answering at all.
   */
  ending?: "complete" | "cut" | "hang" | "reset";
  /** Sends neither status nor headers; for an answer that hangs from the start. */
  noHead?: boolean;
};

export type SeenRequest = {
  method: string;
  /** Path and query. */
  path: string;
  headers: IncomingMessage["headers"];
  bytes: Buffer;
  /** The body as JSON; undefined where it is none. */
  json: unknown;
};

export type ScriptedVendor = {
  /** `http://127.0.0.1:<port>`, without a path. */
  origin: string;
  requests: SeenRequest[];
  /** Gives this reply to every request from now on, and forgets the requests seen. */
  script(reply: Reply): void;
  /** Resolves when the next request has been read whole and what is to be sent of its reply is sent. */
  answered(): Promise<void>;
  /** Resolves when a caller closes a connection whose answer hangs. */
  abandoned(): Promise<void>;
  close(): Promise<void>;
};

/** A vendor's server on a free port of this machine that says exactly what a test tells it to. */
export async function startScriptedVendor(): Promise<ScriptedVendor> {
  const requests: SeenRequest[] = [];
  let current: Reply = { status: 500, body: "nothing scripted" };
  const server = createServer((incoming, response) => {
    void answer(incoming, response);
  });

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    requests.push(await readRequest(incoming));
    await send(current, incoming.socket, response);
    server.emit("answered");
    if (current.ending !== "hang") return;
    await once(response, "close");
    server.emit("abandoned");
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    requests,
    script: (reply) => {
      current = reply;
      requests.length = 0;
    },
    answered: async () => {
      await once(server, "answered");
    },
    abandoned: async () => {
      await once(server, "abandoned");
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function send(reply: Reply, socket: Socket, response: ServerResponse): Promise<void> {
  if (reply.ending === "reset") {
    socket.resetAndDestroy();
    return;
  }
  if (reply.noHead) return;
  const isJson = typeof reply.body === "object" && !isRaw(reply.body);
  const standard = isJson ? { "content-type": "application/json" } : {};
  response.writeHead(reply.status ?? 200, { ...standard, ...reply.headers });
  response.flushHeaders();
  for (const piece of toPieces(reply.body)) {
    response.write(piece);
    // Lets each piece leave on its own, as a vendor's would.
    await new Promise(setImmediate);
  }
  if (reply.ending === "cut") socket.end();
  if (reply.ending === undefined || reply.ending === "complete") response.end();
}

function isRaw(body: unknown): boolean {
  return body instanceof Uint8Array || Array.isArray(body);
}

function toPieces(body: Reply["body"]): (string | Uint8Array)[] {
  if (body === undefined) return [];
  if (typeof body === "string" || body instanceof Uint8Array) return [body];
  return Array.isArray(body) ? body : [JSON.stringify(body)];
}

async function readRequest(incoming: IncomingMessage): Promise<SeenRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  return {
    method: incoming.method ?? "",
    path: incoming.url ?? "",
    headers: incoming.headers,
    bytes,
    json: toJson(bytes.toString()),
  };
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
