import type { ServerResponse } from "node:http";
import { findSource } from "../shared/http/whole-answer.ts";

/**
 * Writes an answer whose body is a stream, piece by piece as fast as the reader takes them; its head leaves with the first one,
 * or by itself where that is not there at once. A reader that leaves cancels the stream.
 */
export async function writeEventStream(answer: Response, outgoing: ServerResponse): Promise<void> {
  const { headers, next, begin, leave } = findSource(answer) ?? readBody(answer);
  outgoing.once("close", leave);
  let head: NodeJS.Immediate | undefined;
  try {
    outgoing.writeHead(answer.status, headers);
    head = setImmediate(() => outgoing.flushHeaders());
    begin((text) => void outgoing.write(text));
    for (let piece = await next(); piece !== undefined; piece = await next()) {
      clearImmediate(head);
      if (!outgoing.write(piece)) await untilDrained(outgoing);
    }
    outgoing.end();
  } catch {
    // Half a stream must not look like a whole one.
    outgoing.destroy();
  } finally {
    clearImmediate(head);
    outgoing.off("close", leave);
  }
}

/** An answer of which nothing is known but that it is a stream. */
function readBody({ headers, body }: Response) {
  const reader = body?.getReader();
  return {
    headers: Object.fromEntries(headers),
    next: async () => (await reader?.read())?.value,
    begin: () => undefined,
    leave: () => void reader?.cancel().catch(() => undefined),
  };
}

function untilDrained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      outgoing.off("drain", finish).off("close", finish);
      resolve();
    };
    outgoing.on("drain", finish).on("close", finish);
    if (outgoing.closed) finish();
  });
}
