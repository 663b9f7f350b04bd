import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { describeBlobs } from "../blobs.contract.ts";
import { openEmbeddedBlobs } from "./blobs.ts";
import { newFolder } from "./folder.fixture.ts";
import { createVirtualClock } from "./virtual-clock.ts";

const startMs = Date.parse("2026-01-01T00:00:00.000Z");
const png = { contentType: "image/png" };

async function open(folder?: string, clock = createVirtualClock(startMs)) {
  const opened = await openEmbeddedBlobs({
    ...(folder !== undefined && { folder }),
    clock,
    baseUrl: () => "http://127.0.0.1:8080",
  });
  const fetch = (url: string | URL, init?: RequestInit) => opened.serveBlob(new Request(url, init));
  return { ...opened, clock, fetch };
}

describe("embedded blobs in memory", () => {
  describeBlobs(async () => ({ ...(await open()), close: async () => undefined }));
});

describe("embedded blobs in a folder", () => {
  describeBlobs(async () => ({ ...(await open(newFolder())), close: async () => undefined }));

  it("are there when the folder is opened again", async () => {
    const folder = newFolder();
    await (await open(folder)).blobs.put("a/b", Buffer.from("kept"), png);
    const found = await (await open(folder)).blobs.get("a/b");
    expect(found?.info).toEqual({ key: "a/b", contentType: "image/png", bytes: 4 });
    expect(Buffer.from(found?.content ?? []).toString()).toBe("kept");
  });

  it("leave nothing behind when they are too large, or were half written when the process died", async () => {
    const folder = newFolder();
    const { blobs } = await open(folder);
    await expect(blobs.put("a", Buffer.alloc(10), { ...png, maxBytes: 9 })).rejects.toThrow();
    expect(readdirSync(join(folder, ".incoming"))).toEqual([]);
    writeFileSync(join(folder, ".incoming", "half"), "written");
    await open(folder);
    expect(readdirSync(join(folder, ".incoming"))).toEqual([]);
  });

  it("can be read by their owner only", async () => {
    const folder = newFolder();
    await (await open(folder)).blobs.put("a", Buffer.from("private"), png);
    for (const name of ["a~blob", ".link-signing-key"])
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  });

  it("keep links valid over a restart, by a key that is made once", async () => {
    const folder = newFolder();
    const first = await open(folder);
    await first.blobs.put("a", Buffer.from("kept"), png);
    const url = await first.blobs.signedUrl("a", 60);
    const key = readFileSync(join(folder, ".link-signing-key"), "utf8");
    const second = await open(folder);
    expect(await (await second.fetch(url)).text()).toBe("kept");
    expect(readFileSync(join(folder, ".link-signing-key"), "utf8")).toBe(key);
  });

  it("are not opened with a signing key that is none", async () => {
    const folder = newFolder();
    writeFileSync(join(folder, ".link-signing-key"), "short");
    await expect(open(folder)).rejects.toThrow("does not hold a key");
  });
});

describe("serveBlob", () => {
  async function openWithBlob(contentType = "image/png") {
    const opened = await open();
    await opened.blobs.put("t/photo.png", Buffer.from("picture"), { contentType });
    return { ...opened, url: new URL(await opened.blobs.signedUrl("t/photo.png", 60)) };
  }

  it("answers a link of the documented form", async () => {
    const { url } = await openWithBlob();
    expect(url.href).toMatch(
      /^http:\/\/127\.0\.0\.1:8080\/_blobs\/t\/photo\.png\?expires=1767225660&signature=[0-9a-f]{64}$/,
    );
  });

  it("lets a browser show it, but run nothing in it", async () => {
    const { url, fetch } = await openWithBlob();
    const { headers } = await fetch(url);
    expect(Object.fromEntries(headers)).toMatchObject({
      "content-type": "image/png",
      "content-length": "7",
      "content-disposition": 'inline; filename="photo.png"',
      "content-security-policy": "default-src 'none'; sandbox",
      "x-content-type-options": "nosniff",
      "cache-control": "private, max-age=60",
    });
  });

  it.each(["text/html", "image/svg+xml", "application/pdf", "text/javascript"])(
    "offers %s as a file",
    async (contentType) => {
      const { url, fetch } = await openWithBlob(contentType);
      expect((await fetch(url)).headers.get("Content-Disposition")).toMatch(/^attachment;/);
    },
  );

  it("answers HEAD without the content", async () => {
    const { url, fetch } = await openWithBlob();
    const response = await fetch(url, { method: "HEAD" });
    expect(response.status).toBe(200);
    expect(response.headers.get("Content-Length")).toBe("7");
    expect(await response.text()).toBe("");
  });

  it("refuses a link once it has expired", async () => {
    const { url, fetch, clock } = await openWithBlob();
    await clock.advance(59_999);
    expect((await fetch(url)).status).toBe(200);
    await clock.advance(1);
    expect((await fetch(url)).status).toBe(403);
  });

  const changes: [string, (href: string) => string][] = [
    ["another key", (href) => href.replace("photo", "other")],
    ["a later end", (href) => href.replace("expires=17", "expires=19")],
    ["another signature", (href) => href.replace(/[0-9a-f]{64}$/, "0".repeat(64))],
    ["a short signature", (href) => href.slice(0, -2)],
    ["a signature that is not hexadecimal", (href) => href.replace(/[0-9a-f]{64}$/, "z".repeat(64))],
    ["no signature", (href) => href.replace(/&signature=.*/, "")],
    ["no end", (href) => href.replace(/expires=\d+&/, "")],
    ["neither", (href) => href.replace(/\?.*/, "")],
    ["an encoded way out", (href) => href.replace("photo.png", "..%2f..%2fsecrets.json")],
  ];

  it.each(changes)("refuses a link with %s", async (_name, change) => {
    const { url, fetch } = await openWithBlob();
    const response = await fetch(change(url.href));
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ status: 403, code: "forbidden" });
  });

  it("says what is missing and what is possible", async () => {
    const { url, fetch, blobs } = await openWithBlob();
    const posted = await fetch(url, { method: "POST" });
    expect([posted.status, posted.headers.get("Allow")]).toEqual([405, "GET, HEAD"]);
    expect(posted.headers.get("Content-Type")).toBe("application/problem+json");
    await blobs.delete("t/photo.png");
    const missing = await fetch(url);
    expect(missing.status).toBe(404);
    expect(await missing.json()).toMatchObject({ status: 404, code: "not_found" });
  });
});
