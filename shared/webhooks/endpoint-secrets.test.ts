import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { rotateSecret } from "./change-endpoint.ts";
import { toPublicKey } from "./signing-keys.ts";
import { verifyMessage } from "./verify-message.ts";
import { openTestWebhooks, root, startMs } from "./webhooks.fixture.ts";

const url = "https://example.com/hooks";
const hourMs = 3_600_000;

type Test = Awaited<ReturnType<typeof openTestWebhooks>>;

describe("a secret", () => {
  const sign = (secret: string, arrival: Test["arrivals"][number]) =>
    new Webhook(secret).sign(arrival.id, new Date(arrival.at), arrival.outgoing.body);

  it("that was replaced signs beside the new one until its time is up", async () => {
    const test = await openTestWebhooks();
    const { id, secret: old } = await test.add(url);
    const { shown: fresh } = await rotateSecret(test.deps, root, id, { overlapHours: 2 });
    const signaturesAt = async () => {
      await test.publish();
      await test.clock.advance(6_000);
      const arrival = test.at(url).at(-1);
      if (!arrival) throw new Error("nothing arrived");
      const sent = arrival.outgoing.headers["webhook-signature"]?.split(" ");
      return { sent, both: [sign(fresh, arrival), sign(old, arrival)] };
    };
    const during = await signaturesAt();
    expect(during.sent).toEqual(during.both);
    await test.clock.advance(2 * hourMs);
    const after = await signaturesAt();
    expect(after.sent).toEqual(after.both.slice(0, 1));
  });

  it("is revoked at once with no overlap", async () => {
    const test = await openTestWebhooks();
    const { id } = await test.add(url);
    await rotateSecret(test.deps, root, id, { overlapHours: 24 });
    await rotateSecret(test.deps, root, id, { overlapHours: 0 });
    expect((await test.endpoint(id)).secrets).toHaveLength(1);
  });

  it("is one of five at most", async () => {
    const test = await openTestWebhooks();
    const { id } = await test.add(url);
    for (let n = 0; n < 4; n++) await rotateSecret(test.deps, root, id, { overlapHours: 24 });
    await expect(rotateSecret(test.deps, root, id, { overlapHours: 24 })).rejects.toMatchObject({
      code: "conflict",
    });
  });

  it("of Ed25519 is shown as its public key, which verifies what arrives", async () => {
    const test = await openTestWebhooks();
    const { secret, signature } = await test.add(url, undefined, { signature: "ed25519" });
    expect([signature, secret.slice(0, 5)]).toEqual(["ed25519", "whpk_"]);
    await test.publish();
    await test.clock.advance(100);
    const { headers = {}, body = "" } = test.at(url)[0]?.outgoing ?? {};
    const received = { headers: new Headers(headers), body: Buffer.from(body) };
    expect(verifyMessage(received, [secret], startMs)).toBeDefined();
    expect(() => toPublicKey(secret)).toThrow();
  });
});
