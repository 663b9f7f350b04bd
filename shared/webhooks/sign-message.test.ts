import fc from "fast-check";
import { Webhook as StandardWebhook } from "standardwebhooks";
import { Webhook as SvixWebhook } from "svix";
import { describe, expect, it } from "vitest";
import { type Message, signMessage } from "./sign-message.ts";
import { newSigningPrivateKey, newSigningSecret, parseSigningKey, toPublicKey } from "./signing-keys.ts";
import { verifyMessage } from "./verify-message.ts";

/** Of the reference implementations: https://github.com/standard-webhooks/standard-webhooks/tree/main/libraries */
const vector = {
  secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  seed: "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc=",
  message: {
    id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
    timestampSeconds: 1_614_265_330,
    body: '{"test": 2432232314}',
  },
  signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  ed25519: "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==",
};

const nowSeconds = () => Math.floor(Date.now() / 1_000);
const toMessage = (body: string): Message => ({ id: "msg_1", timestampSeconds: nowSeconds(), body });
const sealOf = (message: Message, secrets: string[]) => new Headers({ ...signMessage(message, secrets) });
const verify = (headers: Headers, body: string, secrets: string[], atMs = Date.now()) =>
  verifyMessage({ headers, body: Buffer.from(body) }, secrets, atMs);

describe("a message is signed", () => {
  it("as the specification's vectors are", () => {
    const headers = signMessage(vector.message, [vector.secret, vector.seed]);
    expect(headers).toEqual({
      "webhook-id": vector.message.id,
      "webhook-timestamp": "1614265330",
      "webhook-signature": `${vector.signature} ${vector.ed25519}`,
    });
  });

  it("so that standardwebhooks, svix and we ourselves verify it, whatever the body", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.jsonValue().map((value) => JSON.stringify(value, undefined, "\r\n\t")),
          fc.string({ unit: "binary" }).map((text) => JSON.stringify(text)),
        ),
        (body) => {
          const secret = newSigningSecret();
          const headers = { ...signMessage(toMessage(body), [secret]) };
          const parsed: unknown = JSON.parse(body);
          expect(new StandardWebhook(secret).verify(body, headers)).toEqual(parsed);
          expect(() => new SvixWebhook(secret).verify(body, headers)).not.toThrow();
          expect(verify(new Headers(headers), body, [secret])).toMatchObject({ id: "msg_1" });
        },
      ),
      { numRuns: 300 },
    );
  });

  it("with every secret while one replaces another: whoever knows either verifies", () => {
    const [old, fresh] = [newSigningSecret(), newSigningSecret()];
    const headers = { ...signMessage(toMessage("{}"), [fresh, old]) };
    for (const secret of [old, fresh])
      for (const Webhook of [StandardWebhook, SvixWebhook])
        expect(() => new Webhook(secret).verify("{}", headers)).not.toThrow();
  });

  it("by Ed25519, which the public half verifies", () => {
    const key = newSigningPrivateKey();
    const headers = sealOf(toMessage("{}"), [key]);
    expect(headers.get("webhook-signature")).toMatch(/^v1a,/);
    expect(verify(headers, "{}", [toPublicKey(key)])).toMatchObject({ id: "msg_1" });
    expect(verify(headers, "{}", [toPublicKey(newSigningPrivateKey())])).toBeUndefined();
    expect(verify(headers, "{ }", [toPublicKey(key)])).toBeUndefined();
  });

  it("never with a full stop in its id, without a secret, or by a public key", () => {
    const secret = newSigningSecret();
    for (const id of ["msg.1", "", "a b", "a\r\nb", "x".repeat(129)])
      expect(() => signMessage({ ...toMessage(""), id }, [secret])).toThrow("plain word");
    expect(() => signMessage(toMessage(""), [])).toThrow("one secret at least");
    expect(() => signMessage(toMessage(""), [toPublicKey(newSigningPrivateKey())])).toThrow("signs nothing");
  });
});

describe("a signature is refused", () => {
  const secret = newSigningSecret();
  const body = '{"a":1}';
  const change = (name: string, to: (value: string) => string) => {
    const headers = sealOf(toMessage(body), [secret]);
    headers.set(name, to(headers.get(name) ?? ""));
    return headers;
  };

  it.each<[string, Headers]>([
    ["the id is another", change("webhook-id", () => "msg_2")],
    ["the time is another", change("webhook-timestamp", (time) => String(Number(time) - 1))],
    ["the time is no number", change("webhook-timestamp", (time) => `${time}.0`)],
    ["the time has a sign", change("webhook-timestamp", (time) => `+${time}`)],
    ["the time has an exponent", change("webhook-timestamp", () => "1e9")],
    ["the version is another", change("webhook-signature", (text) => text.replace("v1,", "v2,"))],
    ["it is cut short", change("webhook-signature", (text) => text.slice(0, -5))],
    ["it is longer", change("webhook-signature", (text) => `${text}AAAA`)],
    ["it is empty", change("webhook-signature", () => "v1,")],
    ["it is nothing", change("webhook-signature", () => "")],
    ["it is not base64", change("webhook-signature", () => `v1,${"!".repeat(44)}`)],
    ["it is the seventeenth", change("webhook-signature", (text) => `${"v1,x ".repeat(16)}${text}`)],
    ["there is none", new Headers({ "webhook-id": "msg_1", "webhook-timestamp": String(nowSeconds()) })],
    ["there is nothing", new Headers()],
  ])("where %s", (_, headers) => {
    expect(verify(headers, body, [secret])).toBeUndefined();
  });

  it("where the secret is another, and where there is none", () => {
    const headers = sealOf(toMessage(body), [secret]);
    expect(verify(headers, body, [newSigningSecret()])).toBeUndefined();
    expect(verify(headers, body, [])).toBeUndefined();
  });

  it("where a byte of the body is another", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (bytes, at, flip) => {
          const message = { ...toMessage(""), body: bytes };
          const headers = sealOf(message, [secret]);
          expect(verifyMessage({ headers, body: bytes }, [secret], Date.now())).toBeDefined();
          const changed = bytes.map((byte, index) => (index === at % bytes.length ? byte ^ flip : byte));
          expect(verifyMessage({ headers, body: changed }, [secret], Date.now())).toBeUndefined();
        },
      ),
    );
  });

  it.each([
    [-300, true],
    [-301, false],
    [300, true],
    [301, false],
  ])("by its age: %s s is within time: %s", (seconds, isFine) => {
    const headers = sealOf(vector.message, [vector.secret]);
    const at = (vector.message.timestampSeconds - seconds) * 1_000;
    expect(verify(headers, vector.message.body, [vector.secret], at) !== undefined).toBe(isFine);
  });
});

describe("a signing key", () => {
  it("holds 32 random bytes, another each time", () => {
    const secrets = new Set(Array.from({ length: 50 }, newSigningSecret));
    expect(secrets.size).toBe(50);
    for (const secret of secrets) expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  });

  it("of Ed25519 is written with its public half or without, to the same effect", () => {
    const key = newSigningPrivateKey();
    const bytes = Buffer.from(key.slice("whsk_".length), "base64");
    expect(bytes).toHaveLength(64);
    const seed = `whsk_${bytes.subarray(0, 32).toString("base64")}`;
    expect(toPublicKey(seed)).toBe(toPublicKey(key));
    expect(toPublicKey(key)).toBe(`whpk_${bytes.subarray(32).toString("base64")}`);
  });

  it.each([
    "",
    "secret",
    "whsec_",
    "whsec_AAAA",
    "whsec_!!!!",
    `whsec_${"A".repeat(100)}`,
    "whsk_AAAA",
    "whpk_AAAA",
  ])("is refused when it is none, without being shown: %j", (text) => {
    expect(() => parseSigningKey(text)).toThrow(
      /^a signing key starts with whsec_, whsk_ or whpk_, and base64 follows$/,
    );
  });
});
