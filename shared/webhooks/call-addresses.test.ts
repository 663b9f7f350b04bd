import { afterEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "../platform/system-clock.ts";
import { createSafeFetch } from "./create-safe-fetch.ts";
import type { Answer } from "./receiver.fixture.ts";
import { certificate, closeReceivers, host, ok, open, post, reasonOf, start } from "./safe-fetch.fixture.ts";
import { selfSigned } from "./self-signed.fixture.ts";

afterEach(closeReceivers);

describe("a call outside", () => {
  it("comes to the server under its own name, with what was to be sent", async () => {
    const { receiver, call } = await open();
    const answer = await call();
    expect(answer).toMatchObject({ status: 200, text: "thanks", isCut: false });
    expect(answer.durationMs).toBeGreaterThanOrEqual(0);
    expect(receiver.received).toMatchObject([
      {
        method: "POST",
        url: "/in?a=1",
        headers: {
          host: `${host}:${receiver.port}`,
          "content-type": "application/json",
          "accept-encoding": "identity",
        },
        body: '{"a":1}',
      },
    ]);
    await vi.waitFor(() => expect(receiver.open()).toBe(0));
  });

  it("asks for the certificate of a name that ends with a dot under the name without it", async () => {
    const { receiver, safe } = await open();
    expect(await safe.fetch(`https://${host}.:${receiver.port}/`, post)).toMatchObject({ status: 200 });
  });

  it("follows no redirect, wherever it leads", async () => {
    const secret = await start(ok, {});
    const { receiver, call } = await open((_, response) => {
      response.writeHead(302, { location: `http://127.0.0.1:${secret.port}/` }).end();
    });
    const answer = await call();
    expect([answer.status, answer.headers.get("location")]).toEqual([
      302,
      `http://127.0.0.1:${secret.port}/`,
    ]);
    expect([receiver.connections(), secret.connections()]).toEqual([1, 0]);
  });

  it("keeps 4 KB of an endless answer, and closes the connection", async () => {
    const { receiver, call } = await open((_, response) => {
      const write = () => {
        while (!response.destroyed && response.write("x".repeat(10_000)));
      };
      response.on("drain", write);
      write();
    });
    const answer = await call();
    expect([answer.status, answer.text, answer.isCut]).toEqual([200, "x".repeat(4_096), true]);
    await vi.waitFor(() => expect(receiver.open()).toBe(0));
  });

  it.each([
    [4_096, false],
    [4_097, true],
  ])("tells of an answer of %i bytes whether it was cut: %s", async (bytes, isCut) => {
    const { call } = await open((_, response) => {
      response.end("y".repeat(bytes));
    });
    expect(await call()).toMatchObject({ text: "y".repeat(4_096), isCut });
  });

  it("unpacks nothing, so that a small answer stays small", async () => {
    const { call } = await open((_, response) => {
      response.writeHead(200, { "content-encoding": "gzip" }).end("not gzip at all");
    });
    expect(await call()).toMatchObject({ status: 200, text: "not gzip at all" });
  });

  it("sends none of the headers that say how it is carried", async () => {
    const { receiver, call } = await open();
    await call({ ...post, headers: { Host: "evil.example", "Transfer-Encoding": "chunked", "X-Own": "1" } });
    expect(receiver.received[0]?.headers).toMatchObject({ host: `${host}:${receiver.port}`, "x-own": "1" });
  });

  it("tries the next address where one does not answer", async () => {
    const closed = await start(ok, {});
    await closed.close();
    const receiver = await start(ok, { certificate, host: "127.0.0.2" });
    const safe = createSafeFetch({
      resolve: async () => ["127.0.0.1", "127.0.0.2"],
      allowAddress: () => true,
      clock: systemClock,
      ca: certificate.cert,
    });
    expect(await safe.fetch(`https://${host}:${receiver.port}/`, post)).toMatchObject({ status: 200 });
  });
});

describe("a server that breaks the protocol", () => {
  it.each<[string, Answer]>([
    ["ends the connection", (_, response) => response.destroy()],
    [
      "cuts its answer",
      (_, response) => {
        response.writeHead(200, { "content-length": "100" }).write("half");
        setImmediate(() => response.destroy());
      },
    ],
    [
      "sends endless headers",
      (_, response) => {
        response.socket?.write(`HTTP/1.1 200 OK\r\n${"x-a: b\r\n".repeat(10_000)}`);
      },
    ],
    [
      "speaks something else",
      (_, response) => {
        response.socket?.end("SSH-2.0-OpenSSH_9.2\r\n");
      },
    ],
  ])("is unreachable: %s", async (_, answer) => {
    const { call } = await open(answer);
    expect(await reasonOf(call())).toBe("unreachable");
  });

  it("is told of without its address", async () => {
    const closed = await start(ok, {});
    await closed.close();
    const safe = createSafeFetch({
      resolve: async () => ["127.0.0.1"],
      allowAddress: () => true,
      clock: systemClock,
    });
    const failure = await safe.fetch(`https://${host}:${closed.port}/`, post).catch((error: Error) => error);
    expect(String(failure)).toBe(
      "OutboundFailure: The server could not be reached, or ended the connection (ECONNREFUSED).",
    );
  });
});

describe("a certificate", () => {
  it("must be for the name of the host, not for the address", async () => {
    const receiver = await start(ok, { certificate: selfSigned("other.example.com") });
    const { safe } = await open(ok, { allowAddress: () => true, ca: certificate.cert });
    expect(await reasonOf(safe.fetch(`https://${host}:${receiver.port}/`, post))).toBe("insecure");
    expect(receiver.received).toEqual([]);
  });

  it("must come from an authority that is trusted, and be valid today", async () => {
    const { call } = await open(ok, { ca: selfSigned("elsewhere.example.com").cert });
    expect(await reasonOf(call())).toBe("insecure");
    const old = selfSigned(host, Date.now() - 1_000);
    const receiver = await start(ok, { certificate: old });
    const { safe } = await open(ok, { allowAddress: () => true, ca: old.cert });
    expect(await reasonOf(safe.fetch(`https://${host}:${receiver.port}/`, post))).toBe("insecure");
  });
});
