import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse, request as send } from "node:http";
import type { AddressInfo } from "node:net";

/** What stands before the instances of a function that is not public, as Cloud Run's front end does. */
export type Front = {
  url: string;
  add(instanceUrl: string): void;
  remove(instanceUrl: string): void;
  close(): Promise<void>;
};

/**
 * One address for several instances, in turn. Answers 503 for an instance that dies in between, and where there is none;
 * 403 to whoever brings no token that names this address and the account that may call. Its signature is the token's own
 * tests' matter.
 */
export async function startFront(caller: string): Promise<Front> {
  const instances: string[] = [];
  const server = createServer((request, response) => {
    if (!isMeantFor(request, { caller, audience: `${url}/` })) return end(response, 403);
    const next = instances.shift();
    if (next === undefined) return end(response, 503);
    instances.push(next);
    pass(request, response, next);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    add: (instance) => void instances.push(instance),
    remove(instance) {
      const at = instances.indexOf(instance);
      if (at >= 0) instances.splice(at, 1);
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function isMeantFor(
  request: IncomingMessage,
  { caller, audience }: { caller: string; audience: string },
): boolean {
  const [, payload = ""] = request.headers.authorization?.split(".") ?? [];
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString() || "{}");
  return claims.email === caller && claims.aud === audience;
}

function pass(request: IncomingMessage, response: ServerResponse, instance: string): void {
  const { method, headers, url = "/" } = request;
  const onward = send(new URL(url, instance), { method, headers, agent: false }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.on("error", () => response.destroy());
    answer.pipe(response);
  });
  onward.on("error", () => (response.headersSent ? response.destroy() : end(response, 503)));
  response.on("close", () => onward.destroy());
  request.pipe(onward);
}

function end(response: ServerResponse, status: number): void {
  response.writeHead(status).end();
}
