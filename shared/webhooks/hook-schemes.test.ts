import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HookScheme } from "../config/hook-config.ts";
import type { HookVerdict } from "./hook-scheme.ts";
import { hookSchemes } from "./hook-schemes.ts";
import { nowMs, nowSeconds, schemes, secrets, signers } from "./hook-signers.fixture.ts";

const text = '{"id":"evt_1","type":"thing.done","event_id":"Ev1","event":{"type":"message"}}';

function verify(
  scheme: HookScheme,
  { headers, body }: { headers: Record<string, string> | Headers; body: string | Uint8Array },
  { known = [secrets[scheme]], at = nowMs }: { known?: string[]; at?: number } = {},
): HookVerdict {
  const hook = { headers: new Headers(headers), body: Buffer.from(body) };
  return hookSchemes[scheme].verify(hook, known, at);
}

describe("a genuine hook is known by its sender's own id", () => {
  it.each<[HookScheme, string, string]>([
    ["standard", "msg_1", "thing.done"],
    ["slack", "Ev1", "message"],
    ["shopify", "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043", "orders/create"],
    ["stripe", "evt_1", "thing.done"],
    ["github", "72d3162e-cc78-11e3-81ab-4c9367dc0958", "push"],
  ])("%s: %s, %s", async (scheme, deliveryId, topic) => {
    expect(verify(scheme, await signers[scheme](text))).toEqual({ kind: "genuine", deliveryId, topic });
  });

  it("as in the example of Slack's documentation", () => {
    const body =
      "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    const headers = {
      "x-slack-signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
      "x-slack-request-timestamp": "1531420618",
    };
    expect(verify("slack", { headers, body }, { at: 1_531_420_618_000 })).toMatchObject({
      kind: "genuine",
      deliveryId: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    });
  });

  it("as in the example of GitHub's documentation", () => {
    const headers = {
      "x-hub-signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
      "x-github-delivery": "1",
    };
    expect(verify("github", { headers, body: "Hello, World!" })).toMatchObject({ kind: "genuine" });
  });

  it("Shopify's by its event where it has no id of the delivery", async () => {
    const { headers, body } = await signers.shopify(text);
    const { "x-shopify-webhook-id": _, ...rest } = headers;
    expect(verify("shopify", { headers: { ...rest, "x-shopify-event-id": "e1" }, body })).toMatchObject({
      deliveryId: "e1",
    });
  });
});

describe.each(schemes)("a hook of %s", (scheme) => {
  it("is genuine by either secret while one replaces the other", async () => {
    const signed = await signers[scheme](text);
    const other = scheme === "standard" ? `whsec_${"A".repeat(43)}=` : "other";
    expect(verify(scheme, signed, { known: [other, secrets[scheme]] })).toMatchObject({ kind: "genuine" });
    expect(verify(scheme, signed, { known: [other] })).toEqual({ kind: "refused" });
    expect(verify(scheme, signed, { known: [] })).toEqual({ kind: "refused" });
  });

  it("is refused when a byte of its body is another, whatever the body", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme", minLength: 1 }), fc.nat(), async (body, at) => {
        const signed = await signers[scheme](body);
        expect(verify(scheme, signed)).toMatchObject({ kind: "genuine" });
        const bytes = Buffer.from(body);
        const place = at % bytes.length;
        bytes[place] = (bytes[place] ?? 0) ^ 1;
        expect(verify(scheme, { ...signed, body: bytes })).toEqual({ kind: "refused" });
      }),
      { numRuns: 50 },
    );
  });

  it("is refused when line ends or the mark at its start were changed on the way", async () => {
    const signed = await signers[scheme]("a\nb");
    for (const body of ["a\r\nb", "a\nb\n", "\uFEFFa\nb", "", "a\nb\0"])
      expect(verify(scheme, { ...signed, body })).toEqual({ kind: "refused" });
  });

  it("is refused with each of its headers gone, doubled, cut, lengthened or in other letters", async () => {
    const { headers, body } = await signers[scheme](text);
    const signature = Object.keys(headers).find((name) => /signature|hmac/.test(name)) ?? "";
    const changes: ((value: string) => string)[] = [
      (value) => `${value}, ${value}`,
      (value) => value.slice(0, -1),
      (value) => value.slice(0, -8),
      (value) => `${value}0`,
      (value) => value.toUpperCase(),
      (value) => `${value.slice(0, -1)}\u00e9`,
      (value) => `x${value}`,
      () => "",
      () => "=",
      () => ",",
      () => "v1=",
      () => "x".repeat(10_000),
    ];
    for (const change of changes) {
      const changed = { ...headers, [signature]: change(headers[signature] ?? "") };
      // A list of signatures may hold the right one twice.
      const isList = scheme === "standard" && changed[signature]?.includes(", ");
      const isSame = changed[signature] === headers[signature];
      const { kind } = verify(scheme, { headers: changed, body });
      if (!isList && !isSame) expect([changed[signature], kind]).toEqual([changed[signature], "refused"]);
    }
    const { [signature]: _, ...unsigned } = headers;
    expect(verify(scheme, { headers: unsigned, body })).toEqual({ kind: "refused" });
  });
});

describe.each(["standard", "slack", "stripe"] as const)("the time of a hook of %s", (scheme) => {
  it.each([
    [-300, "genuine"],
    [-301, "refused"],
    [300, "genuine"],
    [301, "refused"],
  ])("%i s from now is %s", async (seconds, kind) => {
    expect(verify(scheme, await signers[scheme](text, nowSeconds + seconds)).kind).toBe(kind);
  });

  it("cannot be changed, and must be a number", async () => {
    const { headers, body } = await signers[scheme](text);
    const at = String(nowSeconds);
    for (const other of [
      String(nowSeconds + 1),
      `${at} `,
      `+${at}`,
      `0${at}`,
      `${at}.0`,
      "NaN",
      "-1",
      "1e9",
      "",
    ]) {
      const changed = Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name, value.replace(at, other)]),
      );
      // White space around a header's value is no part of it.
      if ([...new Headers(changed)].join() === [...new Headers(headers)].join()) continue;
      expect([other, verify(scheme, { headers: changed, body }).kind]).toEqual([other, "refused"]);
    }
  });
});

describe("Stripe's signatures", () => {
  it("may be several, with others that mean nothing", async () => {
    const { headers, body } = await signers.stripe(text);
    const signature = `v0=${"0".repeat(64)},v1=${"0".repeat(64)},${headers["stripe-signature"]}`;
    expect(verify("stripe", { headers: { "stripe-signature": signature }, body })).toMatchObject({
      kind: "genuine",
    });
  });

  it("have one time only", async () => {
    const { headers, body } = await signers.stripe(text, nowSeconds - 1_000);
    const signature = headers["stripe-signature"] ?? "";
    for (const doubled of [`t=${nowSeconds},${signature}`, `${signature},t=${nowSeconds}`])
      expect(verify("stripe", { headers: { "stripe-signature": doubled }, body })).toEqual({
        kind: "refused",
      });
  });
});

describe("Slack's challenge", () => {
  const challenge = (value: unknown) => JSON.stringify({ type: "url_verification", challenge: value });

  it("is answered when it is signed", async () => {
    expect(verify("slack", await signers.slack(challenge("3eZbrw1a")))).toEqual({
      kind: "challenge",
      text: "3eZbrw1a",
    });
  });

  it("is refused when it is not", async () => {
    const { headers } = await signers.slack(challenge("a"));
    expect(verify("slack", { headers, body: challenge("b") })).toEqual({ kind: "refused" });
  });

  it.each([1, null, { a: 1 }, "x".repeat(1_001)])("is none where it is no short text: %j", async (value) => {
    expect(verify("slack", await signers.slack(challenge(value)))).toMatchObject({ kind: "genuine" });
  });
});

describe("an id or a topic that is not plain text", () => {
  it.each([
    "[1]",
    "null",
    '"text"',
    "not json",
    '{"id":1,"type":{}}',
    '{"id":"a b","type":"\\n"}',
    `{"id":"${"x".repeat(256)}"}`,
  ])("is none: %s", async (body) => {
    expect(verify("stripe", await signers.stripe(body))).toEqual({ kind: "genuine" });
  });

  it("is none where the header came twice", async () => {
    const { headers, body } = await signers.github(text);
    const doubled = new Headers(headers);
    doubled.append("x-github-delivery", "another");
    expect(verify("github", { headers: doubled, body })).toEqual({ kind: "genuine", topic: "push" });
  });
});
