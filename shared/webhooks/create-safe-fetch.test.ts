import { afterEach, describe, expect, it, vi } from "vitest";
import { createVirtualClock } from "../platform/embedded/virtual-clock.ts";
import { systemClock } from "../platform/system-clock.ts";
import { createSafeFetch, type SafeFetchOptions } from "./create-safe-fetch.ts";
import type { Answer } from "./receiver.fixture.ts";
import { closeReceivers, host, ok, open, post, reasonOf } from "./safe-fetch.fixture.ts";

afterEach(closeReceivers);

describe("time", () => {
  const never = () => undefined;
  /** Virtual, and moved on once the server has the request. */
  async function openTimed(answer: Answer, options: Partial<SafeFetchOptions> = {}) {
    const clock = createVirtualClock(0);
    const opened = await open(answer, { clock, ...options });
    const pass = async (ms: number) => {
      await vi.waitFor(() => expect(opened.receiver.received).toHaveLength(1));
      await clock.advance(ms);
    };
    return { ...opened, clock, pass };
  }

  it("runs out after 15 s where there is no answer, and the connection is closed", async () => {
    const { receiver, call, pass } = await openTimed(never);
    const reason = reasonOf(call());
    await pass(14_999);
    expect(receiver.open()).toBe(1);
    await pass(1);
    expect(await reason).toBe("timeout");
    await vi.waitFor(() => expect(receiver.open()).toBe(0));
  });

  it("runs out where an answer drips, however steadily", async () => {
    let drip: () => void = never;
    const { receiver, call, clock, pass } = await openTimed((_, response) => {
      drip = () => response.write(".");
      response.writeHead(200);
      drip();
    });
    const reason = reasonOf(call());
    await pass(0);
    for (let second = 0; second < 15; second++) {
      drip();
      await clock.advance(1_000);
    }
    expect(await reason).toBe("timeout");
    await vi.waitFor(() => expect(receiver.open()).toBe(0));
  });

  it("runs out where a name is not resolved, and its resolver is told", async () => {
    const clock = createVirtualClock(0);
    let isTold = false;
    const { call, receiver } = await open(ok, {
      clock,
      resolve: (_, signal) =>
        new Promise(() => {
          signal.addEventListener("abort", () => {
            isTold = true;
          });
        }),
    });
    const reason = reasonOf(call({ ...post, timeoutMs: 2_000 }));
    await clock.advance(2_000);
    expect([await reason, isTold, receiver.connections()]).toEqual(["timeout", true, 0]);
  });

  it("ends when whoever called gives up", async () => {
    const giveUp = new AbortController();
    const { receiver, call } = await open(never);
    const reason = reasonOf(call({ ...post, signal: giveUp.signal }));
    await vi.waitFor(() => expect(receiver.received).toHaveLength(1));
    giveUp.abort();
    expect(await reason).toBe("stopped");
    expect(await reasonOf(call({ ...post, signal: giveUp.signal }))).toBe("stopped");
    expect(receiver.received).toHaveLength(1);
  });
});

describe("a URL that is to be kept", () => {
  const check = (addresses: string[] | Error, url = `https://${host}/`) =>
    createSafeFetch({
      resolve: async () => {
        if (addresses instanceof Error) throw addresses;
        return addresses;
      },
      clock: systemClock,
    }).checkUrl(url);

  it("is taken where all its addresses are public", async () => {
    await expect(check(["93.184.216.34", "2606:4700::1"])).resolves.toBeUndefined();
  });

  it.each<[string[] | Error, string]>([
    [
      ["10.1.2.3"],
      "The URL leads to an address that is not public (a private network); write one of a public server.",
    ],
    [
      ["8.8.8.8", "::1"],
      "The URL leads to an address that is not public (no public IPv6 address); write one of a public server.",
    ],
    [[], "The URL names a host without an address; correct its name, or wait until it is known."],
    [
      new Error("queryA ENOTFOUND"),
      "The URL names a host without an address; correct its name, or wait until it is known.",
    ],
  ])("is refused with what to change: %s", async (addresses, message) => {
    await expect(check(addresses)).rejects.toMatchObject({
      code: "invalid_request",
      message,
      fields: [{ field: "url" }],
    });
  });

  it("is refused by how it is written before anybody is asked for its addresses", async () => {
    await expect(check(new Error("asked"), "http://example.com/")).rejects.toMatchObject({
      message: "The URL must start with https://.",
    });
  });
});
