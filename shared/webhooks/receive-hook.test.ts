import { createHmac } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readHookBody } from "./hook-receipt.ts";
import { openHooks, toAnswer } from "./receive-hook.fixture.ts";

let at: Awaited<ReturnType<typeof openHooks>>;
beforeEach(async () => {
  at = await openHooks();
});
afterEach(() => at.close());

const bodyOf = async (id: string) => {
  const receipt = await at.receipt(id);
  return receipt && Buffer.from(await readHookBody(at.conea, receipt));
};

describe("a genuine hook", () => {
  it("is kept whole before its sender is answered, and told of once", async () => {
    const answer = await toAnswer(await at.sendGithub('{"a":1}\r\n', { id: "d-1" }));
    expect(answer).toMatchObject({ status: 200, duplicate: false, id: expect.stringMatching(/^hook_/) });
    const { id = "" } = answer;
    expect(await at.receipt(id)).toEqual({
      ...{ id, tenant: "acme", source: "github", scheme: "github", deliveryId: "d-1", topic: "push" },
      receivedAt: "2026-01-01T00:00:00.000Z",
      contentType: "application/json",
      headers: { "x-github-delivery": "d-1", "x-github-event": "push" },
      body: { text: '{"a":1}\r\n' },
      bytes: 9,
      deleteAt: "2026-01-31T00:00:00.000Z",
    });
    expect(at.allEvents).toEqual([
      {
        ...{
          id: `${id}.1`,
          type: "hook.received",
          sequence: 1,
          time: "2026-01-01T00:00:00.000Z",
          tenant: "acme",
        },
        hook: { id, source: "github", scheme: "github", deliveryId: "d-1", topic: "push", bytes: 9 },
      },
    ]);
  });

  it("is answered again when it comes again, and told of no more", async () => {
    const first = await toAnswer(await at.sendGithub("{}", { id: "d-1" }));
    const again = await Promise.all([1, 2, 3].map(() => at.sendGithub("{}", { id: "d-1" }).then(toAnswer)));
    expect(again).toEqual([1, 2, 3].map(() => ({ status: 200, id: first.id, duplicate: true })));
    expect(await at.receipts()).toHaveLength(1);
    expect(at.allEvents).toHaveLength(1);
  });

  it("is kept once when it comes several times at once", async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => at.sendGithub("{}", { id: "d-1" }).then(toAnswer)),
    );
    expect(answers.filter(({ status, duplicate }) => status === 200 && !duplicate)).toHaveLength(1);
    expect(at.allEvents).toHaveLength(1);
  });

  it("is another where its id or its source is another", async () => {
    await at.sendGithub("{}", { id: "d-1" });
    await at.sendGithub("{}", { id: "d-2" });
    await at.sendGithub("{}", { id: "d-1", source: "other" });
    expect((await at.receipts()).map(({ data }) => data.tenant).sort()).toEqual(["acme", "acme", "evil"]);
    expect(at.allEvents).toHaveLength(3);
  });

  it.each([
    ["text with a byte order mark", Buffer.from("\uFEFF{}")],
    ["no text", Buffer.from([0xff, 0xfe, 0x00, 0x80])],
    ["half a character", Buffer.from([0xe2, 0x82])],
    ["a zero byte", Buffer.from("a\0b")],
    ["nothing", Buffer.alloc(0)],
    ["much", Buffer.alloc(100_001, 0x61)],
    ["as much as may be", Buffer.alloc(1_000_000, 0xff)],
  ])("keeps every byte of its body: %s", async (_, body) => {
    const { id = "" } = await toAnswer(await at.sendGithub(body));
    expect((await bodyOf(id))?.equals(body)).toBe(true);
  });

  it("keeps its large body when it comes again with another", async () => {
    const [one, two] = [Buffer.alloc(200_000, 1), Buffer.alloc(200_000, 2)];
    const { id = "" } = await toAnswer(await at.sendGithub(one, { id: "d-1" }));
    expect(await toAnswer(await at.sendGithub(two, { id: "d-1" }))).toMatchObject({
      status: 200,
      duplicate: true,
    });
    expect((await bodyOf(id))?.equals(one)).toBe(true);
  });

  it("may be signed with either secret while one replaces the other, also where only one is set", async () => {
    const seconds = Math.floor(at.clock.now() / 1_000);
    const body = '{"type":"event_callback","event_id":"Ev1","event":{"type":"message"}}';
    const signature = createHmac("sha256", "slack-secret").update(`v0:${seconds}:${body}`).digest("hex");
    const headers = { "x-slack-signature": `v0=${signature}`, "x-slack-request-timestamp": `${seconds}` };
    const { status, id = "" } = await toAnswer(await at.send("slack", headers, body));
    expect(status).toBe(200);
    expect(await at.receipt(id)).toMatchObject({
      deliveryId: "Ev1",
      headers: { "x-slack-request-timestamp": `${seconds}` },
    });
    expect(JSON.stringify(await at.receipt(id))).not.toContain(signature);
  });
});

it("answers Slack's challenge, and keeps nothing of it", async () => {
  const seconds = Math.floor(at.clock.now() / 1_000);
  const body = '{"token":"x","challenge":"3eZbrw1aBm2rZgRNFdxV","type":"url_verification"}';
  const signature = createHmac("sha256", "slack-secret").update(`v0:${seconds}:${body}`).digest("hex");
  const headers = { "x-slack-signature": `v0=${signature}`, "x-slack-request-timestamp": `${seconds}` };
  const answer = await at.send("slack", headers, body);
  expect([answer.status, answer.headers.get("content-type"), await answer.text()]).toEqual([
    200,
    "text/plain;charset=UTF-8",
    "3eZbrw1aBm2rZgRNFdxV",
  ]);
  expect(await at.receipts()).toEqual([]);
});

describe("what is refused leaves nothing behind:", () => {
  afterEach(async () => {
    expect(await at.receipts()).toEqual([]);
    expect(at.allEvents).toEqual([]);
  });

  it("a wrong signature", async () => {
    const answer = await toAnswer(await at.sendGithub("{}", { secret: "guessed" }));
    expect(answer).toMatchObject({ status: 401, code: "unauthenticated" });
    expect(JSON.stringify(answer)).not.toContain("github-secret");
  });

  it("no signature at all", async () => {
    expect((await at.send("github", { "x-github-delivery": "1" }, "{}")).status).toBe(401);
  });

  it.each(["unknown", "constructor", "__proto__", "GITHUB"])(
    "a source that nobody named: %s",
    async (source) => {
      expect(await toAnswer(await at.sendGithub("{}", { source }))).toMatchObject({
        status: 404,
        code: "not_found",
      });
    },
  );

  it("more than 1 MB, whether it says so before or not", async () => {
    const body = Buffer.alloc(1_000_001);
    expect(await toAnswer(await at.sendGithub(body))).toMatchObject({ status: 413, code: "too_large" });
    expect((await at.send("github", { "content-length": "1000001" }, "{}")).status).toBe(413);
  });

  it("a delivery without an id of its own", async () => {
    expect(await toAnswer(await at.sendGithub("{}", { id: "a b" }))).toMatchObject({
      status: 422,
      code: "invalid_request",
    });
  });

  it("everything while the secret is missing, which is logged", async () => {
    expect(await toAnswer(await at.sendGithub("{}", { source: "empty" }))).toMatchObject({ status: 503 });
    expect(at.lines).toMatchObject([{ severity: "ERROR", fields: { path: "/v1/hooks/empty" } }]);
  });

  it("other methods", async () => {
    const { createApi } = await import("../../functions/api/api.ts");
    expect((await createApi(at.conea)(new Request("http://api/v1/hooks/github"))).status).toBe(405);
  });
});
