import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { expect, it } from "vitest";
import { toStreamedAnswer } from "../shared/http/whole-answer.ts";
import { writeEventStream } from "./write-event-stream.ts";

async function serve(answer: () => Response) {
  const server = createServer((_, outgoing) => void writeEventStream(answer(), outgoing));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    [Symbol.dispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

const headers = { "Content-Type": "text/event-stream" };

function toStream(pieces: string[], end: (controller: ReadableStreamDefaultController) => void) {
  const rest = [...pieces];
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = rest.shift();
      if (piece === undefined) end(controller);
      else controller.enqueue(new TextEncoder().encode(piece));
    },
  });
}

it("writes status, headers and every piece", async () => {
  const stream = () => toStream(["data: 1\n\n", "data: 2\n\n"], (controller) => controller.close());
  using server = await serve(() => new Response(stream(), { status: 201, headers }));
  const response = await fetch(server.url);
  expect([response.status, response.headers.get("content-type")]).toEqual([201, "text/event-stream"]);
  expect(await response.text()).toBe("data: 1\n\ndata: 2\n\n");
});

it("sends the head of a stream that has nothing to say yet", async () => {
  using server = await serve(() => new Response(new ReadableStream(), { headers }));
  const response = await fetch(server.url);
  expect(response.status).toBe(200);
  await response.body?.cancel();
});

it("does not end well what fails in the middle", async () => {
  const stream = () => toStream(["data: 1\n\n"], (controller) => controller.error(new Error("broken")));
  using server = await serve(() => new Response(stream(), { headers }));
  await expect(fetch(server.url).then((response) => response.text())).rejects.toThrow();
});

it("cancels the stream of a reader that leaves", async () => {
  const cancelled = Promise.withResolvers<void>();
  const stream = () =>
    new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode("data: 1\n\n")),
      cancel: () => cancelled.resolve(),
    });
  using server = await serve(() => new Response(stream(), { headers }));
  const socket = connect(server.port, "127.0.0.1", () => socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
  socket.once("data", () => socket.destroy());
  await expect(cancelled.promise).resolves.toBeUndefined();
});

it("draws an answer's own pieces until its reader leaves, with what comes between them", async () => {
  const left = Promise.withResolvers<undefined>();
  const pieces = ["data: 1\n\n", "data: größer\n\n"];
  const source = {
    next: async () => pieces.shift() ?? left.promise,
    begin: (put: (text: string) => void) => put(": open\n\n"),
    leave: () => left.resolve(undefined),
  };
  using server = await serve(() => toStreamedAnswer(source, headers));
  const response = await fetch(server.url);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.endsWith("größer\n\n")) text += (await reader?.read())?.value ?? "";
  expect(text).toBe(": open\n\ndata: 1\n\ndata: größer\n\n");
  await reader?.cancel();
  await expect(left.promise).resolves.toBeUndefined();
});
