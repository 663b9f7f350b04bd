import { describe, expect, it } from "vitest";
import { z } from "zod";
import { readBytes, readJson } from "./read-body.ts";

function post(body: string | ReadableStream<Uint8Array>, headers: Record<string, string> = {}): Request {
  return new Request("http://127.0.0.1/", { method: "POST", body, headers, duplex: "half" } as RequestInit);
}

function inPieces(...pieces: string[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece));
      controller.close();
    },
  });
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

it("reads a body of a known length, and one that comes in pieces", async () => {
  expect(text(await readBytes(post("hello", { "Content-Length": "5" }), 5))).toBe("hello");
  expect(text(await readBytes(post(inPieces("hel", "lo")), 5))).toBe("hello");
});

it("refuses what is too large, whether it says so, does not say, or says less", async () => {
  const requests = [
    post("hello", { "Content-Length": "5" }),
    post(inPieces("hel", "lo")),
    post("hello", { "Content-Length": "1" }),
  ];
  for (const request of requests) {
    await expect(readBytes(request, 4)).rejects.toMatchObject({ code: "too_large" });
  }
});

it("takes a request without a body for an empty one", async () => {
  expect(await readBytes(new Request("http://127.0.0.1/"), 4)).toHaveLength(0);
});

describe("a body that no store could keep", () => {
  const nested = (depth: number, [open, close]: [string, string]) =>
    `${open.repeat(depth)}0${close.repeat(depth)}`;
  const read = (body: string) => {
    const request = post(body, { "Content-Type": "application/json", "Content-Length": String(body.length) });
    return readJson(request, z.unknown());
  };

  it.each([
    ["invalid_request", '{"a":[{"__proto__":1}]}'],
    ["invalid_request", '{"a":[{"\\u005f_proto__":1}]}'],
    ["invalid_encoding", '["\\ud800"]'],
    ["invalid_encoding", '{"\\uDC00":1}'],
    ["invalid_request", nested(65, ["[", "]"])],
    ["invalid_request", nested(65, ['{"a":', "}"])],
    ["invalid_request", nested(33, ['[{"a":', "}]"])],
  ])("is refused as %s: %s", async (code, body) => {
    await expect(read(body)).rejects.toMatchObject({ code });
  });

  it.each([
    '["\\ud83d\\ude00", "__proto__", "\\u00e9"]',
    nested(64, ["[", "]"]),
    `["${"[{".repeat(100)}"]`,
    `[${"{},".repeat(100)}[]]`,
  ])("is not taken for one: %s", async (body) => {
    expect(await read(body)).toEqual(JSON.parse(body));
  });
});
