import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { decodeSpans, type ReceivedSpan } from "./decode-spans.fixture.ts";

export type OtlpReceiver = {
  url: string;
  spans: ReceivedSpan[];
  /** The authorization header of each batch. */
  tokens: (string | undefined)[];
  /** Resolves once `done` holds for what has come. */
  until(done: (spans: ReceivedSpan[]) => boolean): Promise<void>;
  close(): Promise<void>;
};

/** A collector that takes spans by OTLP over HTTP, or does with them what `answer` does. */
export async function startOtlpReceiver(
  answer: (response: ServerResponse) => void | Promise<void> = (response) => void response.end(),
): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const tokens: (string | undefined)[] = [];
  const waiting = new Set<() => void>();
  const server = createServer(async (request, response) => {
    tokens.push(request.headers.authorization);
    spans.push(...decodeSpans(await readAll(request)));
    for (const look of waiting) look();
    await answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`,
    spans,
    tokens,
    until(done) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const look = () => {
        if (!done(spans)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
      return promise;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}
