import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createCronSweep } from "../../functions/cron-sweep/cron-sweep.ts";
import { OutcomeUnknown } from "../platform/documents.ts";
import { publishReceipts } from "./publish-receipts.ts";
import { openHooks, toAnswer } from "./receive-hook.fixture.ts";

let at: Awaited<ReturnType<typeof openHooks>>;
beforeEach(async () => {
  at = await openHooks();
});
afterEach(() => at.close());

describe("when something fails", () => {
  it("a hook whose event was not published is answered all the same, and the sweep publishes it", async () => {
    const mend = at.breakEvents();
    const { status, id = "" } = await toAnswer(await at.sendGithub("{}"));
    expect([status, (await at.receipt(id))?.unpublished]).toEqual([200, true]);
    await at.clock.advance(30_000);
    expect(await publishReceipts(at.conea)).toBe(0);
    mend();
    expect(await publishReceipts(at.conea)).toBe(1);
    expect(at.allEvents).toMatchObject([{ id: `${id}.1`, type: "hook.received" }]);
    expect((await at.receipt(id))?.unpublished).toBeUndefined();
    expect(await publishReceipts(at.conea)).toBe(0);
  });

  it("one that came just now is left to whoever received it", async () => {
    const mend = at.breakEvents();
    await at.sendGithub("{}");
    mend();
    await at.clock.advance(29_999);
    expect(await publishReceipts(at.conea)).toBe(0);
    await at.clock.advance(1);
    expect(await publishReceipts(at.conea)).toBe(1);
  });

  it("a crash after the event was published publishes the same one again, and only then", async () => {
    const { commit } = at.conea.documents;
    at.conea.documents.commit = async (writes) => {
      if (writes.some(({ op }) => op === "update")) throw new OutcomeUnknown("lost");
      return commit(writes);
    };
    const { status, id } = await toAnswer(await at.sendGithub("{}"));
    at.conea.documents.commit = commit;
    await at.clock.advance(30_000);
    expect([status, await publishReceipts(at.conea), await publishReceipts(at.conea)]).toEqual([200, 1, 0]);
    expect(at.allEvents.map((event) => event.id)).toEqual([`${id}.1`, `${id}.1`]);
  });

  it("a hook that may not have been kept is answered with 503, and told of once it comes again or is swept", async () => {
    const { commit } = at.conea.documents;
    at.conea.documents.commit = async (writes) => {
      await commit(writes);
      throw new OutcomeUnknown("lost");
    };
    expect((await at.sendGithub("{}", { id: "d-1" })).status).toBe(503);
    at.conea.documents.commit = commit;
    expect(await toAnswer(await at.sendGithub("{}", { id: "d-1" }))).toMatchObject({
      status: 200,
      duplicate: true,
    });
    await at.clock.advance(30_000);
    await publishReceipts(at.conea);
    expect(at.allEvents).toHaveLength(1);
  });

  it("nothing is kept where the body could not be", async () => {
    const { put } = at.conea.blobs;
    at.conea.blobs.put = async () => {
      throw new Error("full");
    };
    expect((await at.sendGithub(Buffer.alloc(200_000), { id: "d-1" })).status).toBe(500);
    expect(await at.receipts()).toEqual([]);
    at.conea.blobs.put = put;
    expect(await toAnswer(await at.sendGithub(Buffer.alloc(200_000), { id: "d-1" }))).toMatchObject({
      duplicate: false,
    });
  });
});

it("the minute job publishes what was left", async () => {
  const mend = at.breakEvents();
  await at.sendGithub("{}");
  mend();
  await at.clock.advance(30_000);
  const answer = await createCronSweep(at.conea)(new Request("http://cron-sweep/", { method: "POST" }));
  expect(await answer.json()).toMatchObject({ hooks: { published: 1 } });
});

it("the sweep publishes more than a page, oldest first", async () => {
  const mend = at.breakEvents();
  for (let count = 0; count < 120; count++) await at.sendGithub("{}");
  mend();
  await at.clock.advance(30_000);
  expect(await publishReceipts(at.conea)).toBe(120);
  expect(new Set(at.allEvents.map(({ id }) => id)).size).toBe(120);
});
