import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { systemClock } from "../platform/system-clock.ts";
import { createSafeFetch } from "./create-safe-fetch.ts";
import { type NameServer, startNameServer } from "./name-server.fixture.ts";
import { createResolveHost, type ResolveHost } from "./resolve-host.ts";

let server: NameServer;
let resolve: ResolveHost;
beforeAll(async () => {
  server = await startNameServer({
    "both.example.com A": [Uint8Array.of(93, 184, 216, 34), Uint8Array.of(10, 0, 0, 1)],
    "both.example.com AAAA": [Uint8Array.of(0x26, 6, 0x47, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)],
    "six.example.com AAAA": [Uint8Array.of(...new Uint8Array(15), 1)],
    "mapped.example.com AAAA": [Uint8Array.of(...new Uint8Array(10), 0xff, 0xff, 127, 0, 0, 1)],
  });
  resolve = createResolveHost({ servers: [server.address] });
});
afterAll(() => server.close());

const never = new AbortController().signal;

it("finds every address of a name, of both kinds, IPv4 first", async () => {
  expect((await resolve("both.example.com", never)).toSorted()).toEqual([
    "10.0.0.1",
    "2606:4700::1",
    "93.184.216.34",
  ]);
  expect((await resolve("both.example.com", never)).at(-1)).toBe("2606:4700::1");
});

it("finds one that has addresses of one kind only", async () => {
  expect(await resolve("six.example.com", never)).toEqual(["::1"]);
});

it("rejects where there is none", async () => {
  await expect(resolve("none.example.com", never)).rejects.toThrow("ENOTFOUND");
});

it("asks nobody for an address, or for this machine", async () => {
  const before = server.asked.length;
  expect(await resolve("93.184.216.34", never)).toEqual(["93.184.216.34"]);
  expect(await resolve("::1", never)).toEqual(["::1"]);
  expect(await resolve("a.localhost", never)).toEqual(["127.0.0.1", "::1"]);
  expect(server.asked).toHaveLength(before);
});

it("stops asking when it is told to", async () => {
  const stop = new AbortController();
  const asking = resolve("silent.example.com", stop.signal);
  await vi.waitFor(() => expect(server.asked).toContain("silent.example.com A"));
  stop.abort();
  await expect(asking).rejects.toThrow("ECANCELLED");
});

it.each(["both", "six", "mapped"])("feeds the check: %s.example.com is denied", async (name) => {
  const safe = createSafeFetch({ resolve, clock: systemClock });
  await expect(safe.fetch(`https://${name}.example.com/`, { method: "POST" })).rejects.toMatchObject({
    reason: "denied",
  });
  await expect(safe.checkUrl(`https://${name}.example.com/`)).rejects.toMatchObject({
    code: "invalid_request",
  });
});
