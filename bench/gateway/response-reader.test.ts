import { expect, it } from "vitest";
import { createResponseReader } from "./response-reader.ts";

function read(pieces: string[]): { ends: { status: number; body: string }[]; bodies: number } {
  const ends: { status: number; body: string }[] = [];
  let bodies = 0;
  const reader = createResponseReader({
    onBody: () => {
      bodies += 1;
    },
    onEnd: (status, body) => ends.push({ status, body }),
  });
  for (const piece of pieces) reader(Buffer.from(piece));
  return { ends, bodies };
}

const whole = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
const head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";

it("ends a body with a length at its last byte, wherever it is torn", () => {
  for (let cut = 1; cut < whole.length; cut++) {
    expect(read([whole.slice(0, cut), whole.slice(cut)]).ends).toEqual([{ status: 200, body: "hello" }]);
  }
});

it("ends a body in chunks at the last one and not before", () => {
  const before = [head, "5\r\nhello\r\n", "2\r\n10\r\n", "0\r\n"];
  expect(read(before).ends).toEqual([]);
  expect(read([...before, "\r\n"]).ends).toHaveLength(1);
});

it("takes a chunk of sixteen bytes for no end", () => {
  expect(read([head, "10\r\n", "\r\n".repeat(8), "\r\n"]).ends).toEqual([]);
});

it("tells of a body's first byte and not of its head", () => {
  expect(read([head]).bodies).toBe(0);
  expect(read([head, "5\r\nhello\r\n"]).bodies).toBe(1);
});

it("reads one answer after another", () => {
  const other = "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 2\r\n\r\nno";
  expect(read([whole, other, whole]).ends.map(({ status }) => status)).toEqual([200, 500, 200]);
});
