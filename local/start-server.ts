import type { Server, ServerResponse } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { SettingsError } from "../shared/config/settings-error.ts";
import type { Handler } from "../shared/http/create-app.ts";
import { findSource, isWhole } from "../shared/http/whole-answer.ts";
import { writeEventStream } from "./write-event-stream.ts";

const host = "127.0.0.1";
/** How long open requests may take to end once the server closes. */
const closeWithinMs = 2_000;

/** Serves on loopback. `close` takes no new requests, lets the open ones end for two seconds, then cuts them. */
export async function startServer(
  port: number,
  handle: Handler,
): Promise<{ url: string; close(): Promise<void> }> {
  const fetch = async (request: Request, { outgoing }: { outgoing: unknown }) =>
    // It speaks HTTP/1.1 alone.
    send(await handle(request), outgoing as ServerResponse);
  // The adapter's own Request and Response stand in for the global ones: an answer of text is written as it is, not read back
  // from a stream.
  const server = createAdaptorServer({ fetch }) as Server;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(toSettingsError(error, port)));
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const actual = typeof address === "object" && address ? address.port : port;
  return {
    url: `http://${host}:${actual}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), closeWithinMs).unref();
      }),
  };
}

/** Streams are written here: the adapter sends an answer's head by itself, or holds its first bytes back to count them. */
function send(answer: Response, outgoing: ServerResponse): Response {
  if (!isEventStream(answer)) return answer;
  void writeEventStream(answer, outgoing);
  return RESPONSE_ALREADY_SENT;
}

function isEventStream(answer: Response): boolean {
  if (isWhole(answer)) return findSource(answer) !== undefined;
  return answer.headers.get("content-type")?.startsWith("text/event-stream") ?? false;
}

function toSettingsError(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code !== "EADDRINUSE" && error.code !== "EACCES") return error;
  const reason = error.code === "EACCES" ? "may not be used" : "is already in use";
  return new SettingsError(
    `The setting PORT is wrong: port ${port} ${reason}; choose another, such as PORT=8081.`,
  );
}
