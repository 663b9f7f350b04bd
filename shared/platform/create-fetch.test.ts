import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFetch } from "./create-fetch.ts";
import { headersOf } from "./headers-of.ts";
import { openBody } from "./open-body.ts";

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

let answer: Answer = () => {};
let origin = "";
const server = createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) body += chunk;
  answer(request, response, body);
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error) => error,
  );
}

// The standard's own passes the same: what is sent the short way behaves as what is not.
describe.each([
  ["fetch of Node", globalThis.fetch],
  ["fetch of the platform", createFetch()],
])("%s", (_, fetch) => {
  it("sends a method, headers and a body, and gives status, headers and text", async () => {
    answer = ({ method, url, headers }, response, body) => {
      response.writeHead(201, "Made", {
        "X-Seen": `${method} ${url} ${headers["x-one"]} ${headers["content-type"]}`,
      });
      response.end(`“${body}”`);
    };
    const headers = { "X-One": "1", "Content-Type": "application/json" };
    const response = await fetch(`${origin}/a?b=c`, { method: "post", headers, body: "ü" });
    expect(response).toBeInstanceOf(Response);
    expect([response.status, response.statusText, response.ok]).toEqual([201, "Made", true]);
    expect(response.url).toBe(`${origin}/a?b=c`);
    expect(response.headers.get("x-seen")).toBe("POST /a?b=c 1 application/json");
    expect(await response.text()).toBe("“ü”");
    expect(response.bodyUsed).toBe(true);
    await expect(response.text()).rejects.toThrow(TypeError);
  });

  it("takes headers as a record, as pairs and as Headers", async () => {
    answer = ({ headers }, response) => response.end(`${headers["x-one"]} ${headers.accept}`);
    for (const headers of [
      { "X-One": "1" },
      [["X-One", "1"]] as [string, string][],
      new Headers({ "X-One": "1" }),
    ])
      expect(await (await fetch(origin, { headers })).text()).toBe("1 */*");
  });

  it("looks a header up without copying all", async () => {
    answer = (_, response) => response.writeHead(200, { "X-One": ["1", "2"], "X-Two": "b" }).end();
    const headers = headersOf(await fetch(origin));
    expect(["x-one", "x-two", "x-three", "constructor"].map((name) => headers.get(name))).toEqual([
      "1, 2",
      "b",
      null,
      null,
    ]);
  });

  it("sends the same headers with text and with bytes, whichever came first", async () => {
    answer = ({ headers }, response) => response.end(`${headers["x-one"]} ${headers["content-type"]}`);
    const headers = Object.freeze({ "X-One": "1" });
    const send = async (body: string | Uint8Array<ArrayBuffer>) =>
      (await fetch(origin, { method: "POST", headers, body })).text();
    const bytes = new TextEncoder().encode("x");
    expect([await send("x"), await send(bytes), await send("x")]).toEqual([
      "1 text/plain;charset=UTF-8",
      "1 undefined",
      "1 text/plain;charset=UTF-8",
    ]);
  });

  it("keeps each of several values of a header", async () => {
    answer = (_, response) => response.writeHead(200, { "Set-Cookie": ["a=1", "b=2"] }).end();
    expect((await fetch(origin)).headers.getSetCookie()).toEqual(["a=1", "b=2"]);
  });

  it("reads JSON and bytes", async () => {
    answer = (_, response) => response.end('{"a":[1]}');
    expect(await (await fetch(origin)).json()).toEqual({ a: [1] });
    expect(new TextDecoder().decode(await (await fetch(origin)).arrayBuffer())).toBe('{"a":[1]}');
    expect(await (await (await fetch(origin)).blob()).text()).toBe('{"a":[1]}');
  });

  it("can be read twice where it was cloned", async () => {
    answer = (_, response) => response.end("twice");
    const response = await fetch(origin);
    const other = response.clone();
    expect([await response.text(), await other.text()]).toEqual(["twice", "twice"]);
  });

  it("sends bytes, and streams, forms and requests too", async () => {
    answer = (_, response, body) => response.end(body);
    const method = "POST";
    const form = new URLSearchParams({ a: "b" });
    expect(await (await fetch(origin, { method, body: new TextEncoder().encode("bytes") })).text()).toBe(
      "bytes",
    );
    expect(await (await fetch(origin, { method, body: form })).text()).toBe("a=b");
    expect(await (await fetch(new Request(origin, { method, body: "request" }))).text()).toBe("request");
  });

  it("gives a stream's pieces as they come", async () => {
    const { promise, resolve } = Promise.withResolvers<ServerResponse>();
    answer = (_, response) => {
      response.write("one");
      resolve(response);
    };
    const response = await fetch(origin);
    const reader = response.body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe("one");
    (await promise).end("two");
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe("two");
    expect(await reader?.read()).toEqual({ done: true, value: undefined });
  });

  it("gives its pieces to one who opens it, to the end", async () => {
    answer = (_, response) => {
      response.write("one");
      response.end("two");
    };
    const response = await fetch(origin);
    const body = openBody(response);
    let text = "";
    for (let piece = await body.read(); piece; piece = await body.read()) text += Buffer.from(piece);
    expect(text).toBe("onetwo");
    await expect(response.text()).rejects.toThrow(TypeError);
    expect(() => openBody(response)).toThrow(TypeError);
  });

  it("closes the connection where one who opened it reads no further", async () => {
    const closed = Promise.withResolvers<void>();
    answer = (_, response) => {
      response.on("close", closed.resolve);
      response.write("begun");
    };
    const body = openBody(await fetch(origin));
    await body.read();
    body.cancel("enough");
    await expect(closed.promise).resolves.toBeUndefined();
  });

  it("holds a server back that sends more than is read", async () => {
    const piece = Buffer.alloc(1_048_576, "x");
    let sent = 0;
    let isBlocked = false;
    answer = (_, response) => {
      const send = () => {
        while (sent < 64 && !isBlocked) {
          sent += 1;
          isBlocked = !response.write(piece);
        }
        if (sent === 64) response.end();
      };
      response.on("drain", () => {
        isBlocked = false;
        send();
      });
      send();
    };
    const response = await fetch(origin);
    const reader = response.body?.getReader();
    await reader?.read();
    for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate);
    expect(sent).toBeLessThan(64);
    let bytes = 0;
    for (let read = await reader?.read(); read?.value; read = await reader?.read())
      bytes += read.value.byteLength;
    expect(bytes).toBeGreaterThan(62 * piece.byteLength);
  });

  it("reads whole what is more than a server may send ahead, and was held back so far", async () => {
    const long = "x".repeat(8_388_608);
    answer = (_, response) => response.end(long);
    const response = await fetch(origin);
    for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate);
    expect(await response.text()).toHaveLength(long.length);
  });

  it("undoes what was compressed", async () => {
    for (const [name, compress] of [["gzip", gzipSync] as const, ["br", brotliCompressSync] as const]) {
      answer = (_, response) => response.writeHead(200, { "Content-Encoding": name }).end(compress("plain"));
      expect(await (await fetch(origin)).text()).toBe("plain");
    }
  });

  it("has no body where there can be none", async () => {
    answer = (_, response) => response.writeHead(204).end();
    const response = await fetch(origin);
    expect([response.body, await response.text()]).toEqual([null, ""]);
  });

  it("follows to where a server sends it", async () => {
    answer = ({ url }, response) =>
      url === "/" ? response.writeHead(307, { Location: "/there" }).end() : response.end("there");
    const response = await fetch(`${origin}/`, { method: "POST", body: "x" });
    expect([await response.text(), response.url]).toEqual(["there", `${origin}/there`]);
  });

  it("rejects with the signal's reason before, while and after an answer begins", async () => {
    const reason = new Error("enough");
    expect(await failureOf(fetch(origin, { signal: AbortSignal.abort(reason) }))).toBe(reason);
    const before = new AbortController();
    answer = () => before.abort(reason);
    expect(await failureOf(fetch(origin, { signal: before.signal }))).toBe(reason);
    const after = new AbortController();
    answer = (_, response) => response.write("begun");
    const response = await fetch(origin, { signal: after.signal });
    const text = failureOf(response.text());
    after.abort(reason);
    expect(await text).toBe(reason);
  });

  it("closes the connection of an answer that is given up", async () => {
    const closed = Promise.withResolvers<void>();
    answer = (_, response) => {
      response.on("close", closed.resolve);
      response.write("begun");
    };
    const controller = new AbortController();
    await fetch(origin, { signal: controller.signal });
    controller.abort();
    await closed.promise;

    const cancelled = Promise.withResolvers<void>();
    answer = (_, response) => {
      response.on("close", cancelled.resolve);
      response.write("begun");
    };
    await (await fetch(origin)).body?.cancel();
    await expect(cancelled.promise).resolves.toBeUndefined();
  });

  it("says with a cause that no answer came, or only half of one", async () => {
    answer = (_, response) => response.socket?.destroy();
    expect(await failureOf(fetch(origin))).toMatchObject({
      message: "fetch failed",
      cause: { code: expect.stringMatching(/^(UND_ERR_SOCKET|ECONNRESET)$/) },
    });
    answer = (_, response) => response.write("half", () => response.socket?.destroy());
    const response = await fetch(origin);
    expect(await failureOf(response.text())).toMatchObject({
      message: "terminated",
      cause: { code: "UND_ERR_SOCKET" },
    });
  });

  it("refuses a header that no request may have", async () => {
    expect(await failureOf(fetch(origin, { headers: { "X-One": "a\r\nb: c" } }))).toBeInstanceOf(TypeError);
  });
});
