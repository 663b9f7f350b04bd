import { connect, type Socket } from "node:net";
import { createResponseReader } from "./response-reader.ts";

/** What the process that makes load is asked for. */
export type LoadRequest = {
  url: string;
  headers: Record<string, string>;
  body: string;
  connections: number;
  forMs: number;
  /** What an answer that counts has in it: a short one does not. */
  mustHave: string[];
};

export type LoadResult = {
  count: number;
  failed: number;
  /** From the first request to the last answer. */
  tookMs: number;
  /** Of each answer, in milliseconds: until the first byte of its body, and until its end. */
  firstBytes: number[];
  ends: number[];
};

// The process that makes load: each connection sends its next request once the last is answered.

const answerWithinMs = 20_000;

process.on("message", (request: LoadRequest) => {
  makeLoad(request).then(
    (result) => process.send?.(result),
    (error) => process.send?.({ error: String(error) }),
  );
});
process.send?.("ready");

async function makeLoad(request: LoadRequest): Promise<LoadResult> {
  const { url, connections, forMs } = request;
  const { hostname, port } = new URL(url);
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(hostname, Number(port))));
  const result: LoadResult = { count: 0, failed: 0, tookMs: 0, firstBytes: [], ends: [] };
  const message = toMessage(request);
  const from = performance.now();
  await Promise.all(sockets.map((socket) => keepAsking(socket, message, request, from + forMs, result)));
  result.tookMs = performance.now() - from;
  for (const socket of sockets) socket.destroy();
  return result;
}

function open(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true }, () => resolve(socket));
    socket.once("error", reject);
  });
}

function toMessage({ url, headers, body }: LoadRequest): Buffer {
  const { host, pathname } = new URL(url);
  const all = {
    Host: host,
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(body),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return Buffer.from(`POST ${pathname} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n${body}`);
}

function keepAsking(
  socket: Socket,
  message: Buffer,
  { mustHave }: LoadRequest,
  until: number,
  result: LoadResult,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let sentAt = 0;
    let firstAt = 0;
    let timer: NodeJS.Timeout | undefined;
    const reader = createResponseReader({
      onBody: () => {
        firstAt ||= performance.now();
      },
      onEnd: (status, text) => {
        const endedAt = performance.now();
        result.count += 1;
        if (status !== 200 || !mustHave.every((word) => text.includes(word))) result.failed += 1;
        result.firstBytes.push(firstAt - sentAt);
        result.ends.push(endedAt - sentAt);
        if (endedAt < until) return ask();
        clearTimeout(timer);
        resolve();
      },
    });
    const ask = () => {
      firstAt = 0;
      sentAt = performance.now();
      socket.write(message);
    };
    timer = setTimeout(
      () => reject(new Error("an answer did not come")),
      until - performance.now() + answerWithinMs,
    );
    socket.on("data", reader);
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("a connection was closed")));
    ask();
  });
}
