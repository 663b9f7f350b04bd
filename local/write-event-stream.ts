import type { ServerResponse } from "node:http";

/**
 * Writes an answer whose body is a stream, piece by piece as fast as the reader takes them; its head leaves with the first one,
 * or by itself where that is not there at once. A reader that leaves cancels the stream.
 */
export async function writeEventStream(answer: Response, outgoing: ServerResponse): Promise<void> {
  const reader = answer.body?.getReader();
  const leave = () => void reader?.cancel().catch(() => undefined);
  outgoing.once("close", leave);
  let head: NodeJS.Immediate | undefined;
  try {
    outgoing.writeHead(answer.status, Object.fromEntries(answer.headers));
    head = setImmediate(() => outgoing.flushHeaders());
    for (let read = await reader?.read(); read?.value; read = await reader?.read()) {
      clearImmediate(head);
      if (!outgoing.write(read.value)) await untilDrained(outgoing);
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
