import { expect, it } from "vitest";
import { toEventValue } from "./openai/to-event-value.ts";
import { readEvents } from "./read-events.ts";

function toResponse(pieces: (string | Uint8Array)[], onCancel = () => {}): Response {
  const encoder = new TextEncoder();
  const rest = [...pieces];
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = rest.shift();
      if (piece === undefined) controller.close();
      else controller.enqueue(typeof piece === "string" ? encoder.encode(piece) : piece);
    },
    cancel: onCancel,
  });
  return new Response(body);
}

async function read(pieces: (string | Uint8Array)[]): Promise<{ values: unknown[]; thrown?: unknown }> {
  const values: unknown[] = [];
  try {
    for await (const some of readEvents(toResponse(pieces), toEventValue)) values.push(...some);
    return { values };
  } catch (thrown) {
    return { values, thrown };
  }
}

const text = 'data: {"a":"ü"}\r\n\r\n: comment\n\ndata:{"b":\ndata: 2}\n\nid: 7\ndata: "c"';

it("gives the same events wherever a stream is torn", async () => {
  const bytes = new TextEncoder().encode(text);
  const expected = { values: [{ a: "ü" }, { b: 2 }, "c"] };
  for (let cut = 0; cut <= bytes.length; cut++)
    expect(await read([bytes.slice(0, cut), bytes.slice(cut)])).toEqual(expected);
});

it("ends at the end mark, and lets go of what follows", async () => {
  let isCancelled = false;
  const pieces = ["data: 1\n\ndata: [DONE]\n\ndata: 2\n\n", "data: 3\n\n", "data: 4\n\n"];
  const values: unknown[] = [];
  const response = toResponse(pieces, () => {
    isCancelled = true;
  });
  for await (const some of readEvents(response, toEventValue)) values.push(...some);
  expect(values).toEqual([1]);
  expect(isCancelled).toBe(true);
});

it("gives what came before an event that is no JSON, then fails", async () => {
  const { values, thrown } = await read(["data: 1\n\ndata: {nonsense\n\ndata: 2\n\n"]);
  expect(values).toEqual([1]);
  expect(thrown).toBeInstanceOf(SyntaxError);
});

it("fails with what an event tells as an error, in the shape of the SDK's", async () => {
  const error = { message: "busy", code: "overloaded" };
  expect(await read([`data: 1\n\ndata: ${JSON.stringify({ error })}\n\n`])).toMatchObject({
    values: [1],
    thrown: { error, headers: expect.any(Headers) },
  });
  expect((await read([`event: error\ndata: ${JSON.stringify(error)}\n\n`])).thrown).toMatchObject({ error });
});
