import { expect, it } from "vitest";
import { createEmbeddedSecrets } from "../platform/embedded/secrets.ts";
import { createVirtualClock } from "../platform/embedded/virtual-clock.ts";
import { createSecretSeal, sealingKeyName } from "./seal-secrets.ts";

const owner = { tenant: "acme", endpointId: "endpoint_1" };
const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

function open(environment: Record<string, string> = {}) {
  const secrets = createEmbeddedSecrets({ environment, clock: createVirtualClock(0) });
  return { secrets, seal: createSecretSeal({ secrets }) };
}

it("opens what it sealed, and makes the key where there is none, once", async () => {
  const { secrets, seal } = open();
  const sealed = await Promise.all([1, 2, 3].map(() => seal.seal(owner, secret)));
  expect(new Set(sealed).size).toBe(3);
  expect(JSON.stringify(sealed)).not.toContain(secret.slice(6));
  for (const text of sealed) expect(await seal.open(owner, text)).toBe(secret);
  expect(await secrets.getVersion(sealingKeyName, "1")).toBeDefined();
  expect(await secrets.getVersion(sealingKeyName, "2")).toBeUndefined();
});

it("opens in another process, and after the key was changed, which seals what comes then", async () => {
  const { secrets, seal } = open();
  const before = await seal.seal(owner, secret);
  await secrets.addVersion(sealingKeyName, Buffer.alloc(32, 7).toString("base64"));
  const other = createSecretSeal({ secrets });
  const after = await other.seal(owner, "whsec_other");
  expect([before.slice(0, 5), after.slice(0, 5)]).toEqual(["v1.1.", "v1.2."]);
  expect(await other.open(owner, before)).toBe(secret);
  expect(await seal.open(owner, after)).toBe("whsec_other");
});

it("lets two processes make the key at the same time, and opens what either sealed", async () => {
  const { secrets } = open();
  // Both look before either adds.
  const late = { ...secrets, getVersion: secrets.getVersion.bind(secrets) };
  let looks = 0;
  late.getVersion = async (name, version) => (looks++ < 2 ? undefined : secrets.getVersion(name, version));
  const [one, two] = [createSecretSeal({ secrets: late }), createSecretSeal({ secrets: late })];
  const sealed = await Promise.all([one.seal(owner, "a"), two.seal(owner, "b")]);
  expect(await secrets.getVersion(sealingKeyName, "2")).toBeDefined();
  expect(await Promise.all(sealed.map((text) => one.open(owner, text)))).toEqual(["a", "b"]);
});

it("asks once for a key, however often it opens", async () => {
  const { secrets } = open();
  const asked: unknown[] = [];
  const seal = createSecretSeal({
    secrets: {
      ...secrets,
      getVersion: (name, version) => {
        asked.push(version);
        return secrets.getVersion(name, version);
      },
    },
  });
  const sealed = await seal.seal(owner, secret);
  for (let times = 0; times < 3; times++) expect(await seal.open(owner, sealed)).toBe(secret);
  expect(asked.filter((version) => version !== undefined)).toEqual(["1"]);
});

it("takes the key that the environment sets", async () => {
  const { seal } = open({ [sealingKeyName]: Buffer.alloc(32, 1).toString("base64") });
  const sealed = await seal.seal(owner, secret);
  expect(sealed).toMatch(/^v1\.environment\./);
  expect(await seal.open(owner, sealed)).toBe(secret);
});

it("opens for nobody else: not another tenant, another endpoint, or one whose names run together", async () => {
  const { seal } = open();
  const sealed = await seal.seal(owner, secret);
  for (const other of [
    { ...owner, tenant: "evil" },
    { ...owner, endpointId: "endpoint_2" },
    { tenant: "acmee", endpointId: "ndpoint_1" },
    { tenant: owner.endpointId, endpointId: owner.tenant },
  ])
    await expect(seal.open(other, sealed)).rejects.toThrow("belongs to another");
});

it("opens nothing of which a bit was changed, and nothing that was cut", async () => {
  const { seal } = open();
  const [, version, content = ""] = (await seal.seal(owner, secret)).split(".");
  const bytes = Buffer.from(content, "base64url");
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 1;
    await expect(seal.open(owner, `v1.${version}.${changed.toString("base64url")}`)).rejects.toThrow(
      "cannot be opened",
    );
  }
  for (let kept = 0; kept < bytes.length; kept++)
    await expect(
      seal.open(owner, `v1.${version}.${bytes.subarray(0, kept).toString("base64url")}`),
    ).rejects.toThrow();
});

it.each(["", "whsec_plain", "v1.1.", "v2.1.AAAA", "v1.9.AAAA", "v1.latest.AAAA", "v1.__proto__.AAAA"])(
  "refuses what it never wrote: %j",
  async (text) => {
    const { seal } = open();
    await seal.seal(owner, secret);
    await expect(seal.open(owner, text)).rejects.toThrow();
  },
);

it("names a key that is none, without showing it", async () => {
  const { seal } = open({ [sealingKeyName]: "hunter2" });
  const failure = await seal.seal(owner, secret).catch((error: Error) => error);
  expect(String(failure)).toBe("Error: WEBHOOK_ENCRYPTION_KEY must be 32 bytes in base64.");
});
