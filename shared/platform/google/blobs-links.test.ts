import { createSign } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createServiceAccount } from "../../../tests/emulators/storage/service-account.ts";
import { startStorage } from "../../../tests/emulators/storage/start-storage.ts";
import { createVirtualClock } from "../embedded/virtual-clock.ts";
import { openBlobs, useKeyFile } from "./blobs.fixture.ts";
import { openStorageBlobs } from "./blobs.ts";

const key = "tenants/t/photo.png";
const png = { contentType: "image/png" };

describe("a link to a blob in Cloud Storage", () => {
  useKeyFile();

  async function openLink(seconds = 60, contentType = "image/png") {
    const clock = createVirtualClock(Date.now());
    const at = await openBlobs({ clock });
    await at.blobs.put(key, Buffer.from("picture"), { contentType });
    return { ...at, clock, url: await at.blobs.signedUrl(key, seconds) };
  }

  it("has the form of a V4 signature, for as long as was asked", async () => {
    await using at = await openLink(604_800);
    const { pathname, searchParams } = new URL(at.url);
    expect(pathname).toBe("/content/tenants/t/photo.png");
    expect(searchParams.get("X-Goog-Algorithm")).toBe("GOOG4-RSA-SHA256");
    expect(searchParams.get("X-Goog-Expires")).toBe("604800");
    expect((await fetch(at.url)).status).toBe(200);
  });

  it("is refused once it has expired, and not a second before", async () => {
    await using at = await openLink(60);
    await at.clock.advance(58_000);
    expect((await fetch(at.url)).status).toBe(200);
    await at.clock.advance(2_000);
    expect((await fetch(at.url)).status).toBe(400);
  });

  const changes: [string, (url: string) => string][] = [
    ["another key", (url) => url.replace("photo.png", "other.png")],
    ["a later end", (url) => url.replace("X-Goog-Expires=60", "X-Goog-Expires=600")],
    ["another beginning", (url) => url.replace(/X-Goog-Date=\d{8}/, "X-Goog-Date=20300101")],
    ["another signature", (url) => url.replace(/Signature=.{8}/, "Signature=00000000")],
    ["no signature", (url) => url.replace(/&X-Goog-Signature=.*/, "")],
    ["one parameter more", (url) => `${url}&response-content-type=text%2Fhtml`],
  ];

  it.each(changes)("is refused with %s", async (_name, change) => {
    await using at = await openLink();
    expect(change(at.url)).not.toBe(at.url);
    expect((await fetch(change(at.url))).status).toBe(403);
  });

  it.each([
    ["image/png", 'inline; filename="photo.png"'],
    ["text/html", 'attachment; filename="photo.png"'],
    ["image/svg+xml", 'attachment; filename="photo.png"'],
  ])("offers %s as %s", async (contentType, disposition) => {
    await using at = await openLink(60, contentType);
    expect((await fetch(at.url)).headers.get("Content-Disposition")).toBe(disposition);
  });
});

describe("a link signed without a key file", () => {
  afterEach(() => vi.unstubAllEnvs());

  /** The metadata server of a function, which knows its service account, and the IAM Credentials service. */
  async function startIdentity(status: number) {
    const account = createServiceAccount();
    const signed: string[] = [];
    const server = createServer(async (request, response) => {
      const body = await text(request);
      response.setHeader("Metadata-Flavor", "Google");
      if (request.url?.endsWith(":signBlob")) {
        signed.push(request.url);
        const toSign = Buffer.from(JSON.parse(body).payload, "base64");
        const signedBlob = createSign("RSA-SHA256").update(toSign).sign(account.privateKey, "base64");
        response.writeHead(status, { "content-type": "application/json" });
        response.end(JSON.stringify({ keyId: "k", signedBlob }));
      } else if (request.url?.includes("/token")) {
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify({ access_token: "token", expires_in: 3_600, token_type: "Bearer" }));
      } else response.end(request.url?.endsWith("/email") ? account.email : "googleapis.com");
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", undefined);
    vi.stubEnv("GCE_METADATA_HOST", host);
    vi.stubEnv("METADATA_SERVER_DETECTION", "assume-present");
    const storage = await startStorage({ buckets: ["content"], trusted: account });
    const blobs = openStorageBlobs({
      project: "demo",
      bucket: "content",
      endpoint: storage.endpoint,
      signingEndpoint: `http://${host}/v1/projects/-/serviceAccounts/`,
      random: () => 0,
    });
    async function close() {
      server.closeAllConnections();
      server.close();
      await storage.close();
    }
    return { account, signed, blobs, [Symbol.asyncDispose]: close };
  }

  it("is signed by IAM as the function's service account, and opens", async () => {
    await using at = await startIdentity(200);
    await at.blobs.put(key, Buffer.from("picture"), png);
    const response = await fetch(await at.blobs.signedUrl(key, 60));
    expect([response.status, await response.text()]).toEqual([200, "picture"]);
    expect(at.signed).toEqual([expect.stringContaining(`${at.account.email}:signBlob`)]);
  });

  it("names the role that is missing", async () => {
    await using at = await startIdentity(403);
    await expect(at.blobs.signedUrl(key, 60)).rejects.toThrow("roles/iam.serviceAccountTokenCreator");
  });
});
