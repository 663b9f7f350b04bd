import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { systemClock } from "../platform/system-clock.ts";
import { createSafeFetch } from "./create-safe-fetch.ts";
import { certificate, closeReceivers, host, ok, post, reasonOf, start } from "./safe-fetch.fixture.ts";

afterEach(closeReceivers);

describe("an address that is not public", () => {
  const lists = [
    ["127.0.0.1"],
    ["10.0.0.1"],
    ["169.254.169.254"],
    ["::1"],
    ["fd00:ec2::254"],
    ["::ffff:127.0.0.1"],
  ];

  it.each([...lists, ["93.184.216.34", "127.0.0.1"], ["2606:4700::1", "fe80::1"], ["not-an-address"]])(
    "is never called: %s %s",
    async (...addresses) => {
      const receiver = await start();
      const safe = createSafeFetch({
        resolve: async () => addresses,
        clock: systemClock,
        ca: certificate.cert,
      });
      expect(await reasonOf(safe.fetch(`https://${host}:${receiver.port}/`, post))).toBe("denied");
      expect(receiver.connections()).toBe(0);
    },
  );

  it.each([
    "https://127.0.0.1:PORT/",
    "https://0x7f.1:PORT/",
    "https://2130706433:PORT/",
    "https://[::ffff:7f00:1]:PORT/",
    "https://localhost.:PORT/",
    "http://127.0.0.1:PORT/",
  ])("is never called by its own spelling: %s", async (text) => {
    const receiver = await start();
    const safe = createSafeFetch({ resolve: async (name) => [name], clock: systemClock });
    expect(await reasonOf(safe.fetch(text.replace("PORT", String(receiver.port)), post))).toBe("denied");
    expect(receiver.connections()).toBe(0);
  });

  it("is never called by a name that changes where it leads: not at the next send", async () => {
    const answers = [["93.184.216.34"], ["127.0.0.1"]];
    const receiver = await start();
    const resolve = async () => answers.shift() ?? ["127.0.0.1"];
    const safe = createSafeFetch({ resolve, clock: systemClock, ca: certificate.cert });
    const url = `https://${host}:${receiver.port}/`;
    await safe.checkUrl(url);
    expect(await reasonOf(safe.fetch(url, post))).toBe("denied");
    expect(receiver.connections()).toBe(0);
  });

  it("is never called by a name that changes between the check and the connection", async () => {
    const first = await start(ok, { certificate, host: "127.0.0.2" });
    const second = await start(ok, { certificate, port: first.port });
    const answers = [["127.0.0.2"]];
    const asked: string[] = [];
    const safe = createSafeFetch({
      resolve: async (name) => {
        asked.push(name);
        return answers.shift() ?? ["127.0.0.1"];
      },
      allowAddress: (address) => address === "127.0.0.2",
      clock: systemClock,
      ca: certificate.cert,
    });
    expect(await safe.fetch(`https://${host}:${first.port}/`, post)).toMatchObject({ status: 200 });
    expect([asked, first.connections(), second.connections()]).toEqual([[host], 1, 0]);
    expect(await reasonOf(safe.fetch(`https://${host}:${first.port}/`, post))).toBe("denied");
    expect([first.connections(), second.connections()]).toEqual([1, 0]);
  });

  it("is never called, whatever lists a resolver gives", async () => {
    const receiver = await start();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.ipV4(), fc.ipV6(), fc.constant("93.184.216.34")), { maxLength: 5 }),
        fc.nat(5),
        async (others, at) => {
          const addresses = others.toSpliced(at, 0, "127.0.0.1");
          const safe = createSafeFetch({ resolve: async () => addresses, clock: systemClock });
          expect(await reasonOf(safe.fetch(`https://${host}:${receiver.port}/`, post))).toBe("denied");
        },
      ),
    );
    expect(receiver.connections()).toBe(0);
  });

  it("is called where it is this machine's, by its own name, in local mode, over http too", async () => {
    const receiver = await start(ok, {});
    const local = (addresses: string[]) =>
      createSafeFetch({ resolve: async () => addresses, clock: systemClock, allowLoopbackHttp: true });
    const url = `http://localhost:${receiver.port}/`;
    expect(await local(["127.0.0.1"]).fetch(url, post)).toMatchObject({ status: 200 });
    expect(await reasonOf(local(["10.0.0.1"]).fetch(url, post))).toBe("denied");
    expect(await reasonOf(local(["127.0.0.1"]).fetch(`https://${host}:${receiver.port}/`, post))).toBe(
      "denied",
    );
    expect(receiver.connections()).toBe(1);
  });
});
