import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Certificate } from "./self-signed.fixture.ts";

export type Received = { method: string; url: string; headers: IncomingMessage["headers"]; body: string };

export type Receiver = {
  port: number;
  received: Received[];
  /** Connections that were ever opened to it. */
  connections: () => number;
  /** Connections that are open now. */
  open: () => number;
  close(): Promise<void>;
};

export type Answer = (request: Received, response: ServerResponse) => void;

export type ReceiverOptions = { certificate?: Certificate; host?: string; port?: number };

/** A server on 127.0.0.1 that answers as the test says, over TLS where it has a certificate. */
export async function startReceiver(
  answer: Answer,
  { certificate, host = "127.0.0.1", port = 0 }: ReceiverOptions = {},
): Promise<Receiver> {
  const received: Received[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const listen = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = "", url = "", headers } = request;
    const whole = { method, url, headers, body: Buffer.concat(chunks).toString() };
    received.push(whole);
    answer(whole, response);
  };
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    listen(request, response).catch(() => response.destroy());
  };
  const server = certificate ? createHttpsServer(certificate, handle) : createHttpServer(handle);
  server.on("connection", (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    received,
    connections: () => connections,
    open: () => sockets.size,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
