import { afterAll, beforeAll, expect, it } from "vitest";
import type { Model } from "../../../shared/api/models.ts";
import type { QueueView } from "../../../shared/api/queues.ts";
import { kind } from "../../emulators/cloud-tasks/unkindness.ts";
import { describeOnEmulators } from "../../emulators/describe-on-emulators.ts";
import { type Bundles, buildBundles } from "../start-bundle.fixture.ts";
import { openWorld, type World } from "./open-world.ts";

const entry = { provider: "main", name: "vendor-new", kinds: ["chat"] };

function aChat(model: string, content: string): object {
  return { type: "chat", model, input: { messages: [{ role: "user", content }] } };
}

/** Cloud Tasks has the one queue that `terraform apply` makes for the provider. */
describeOnEmulators(["firestore", "pubsub"], "a model registered with limits, on Google's parts", () => {
  let bundles: Bundles;
  let world: World;
  beforeAll(async () => {
    bundles = await buildBundles();
    world = await openWorld({
      bundles,
      limits: { main: {} },
      workers: 2,
      mood: { seed: 1, failing: 0, limiting: 0, cutting: 0 },
      tasks: kind,
    });
  }, 120_000);
  afterAll(async () => {
    await world?.close();
    await bundles?.close();
  }, 30_000);

  async function submit(model: string, contents: string[]): Promise<string[]> {
    const answers = contents.map((content) => world.api.call("POST", "/v1/tasks", aChat(model, content)));
    return (await Promise.all(answers)).map(({ body }) => body.id);
  }
  const untilEnded = (ids: string[], ms: number) =>
    world.events.until(() => ids.every((id) => world.events.hasEnded(id)), ms);
  const queue = async () => (await world.api.call<QueueView>("GET", "/v1/queues/main-new")).body;
  const since = (place: number) => world.vendor.calls.slice(place).map(({ prompt }) => prompt);

  it("has its tasks run within its limits, whoever looks, woken through its provider's queue", async () => {
    const { api, vendor } = world;
    // Both workers have looked at the catalogue before there is such a line.
    await untilEnded(await submit("main", ["warm", "warmer"]), 15_000);
    const limits = { requests: "3/5s" };
    const { status, body } = await api.call<Model>("POST", "/v1/models", { id: "new", ...entry, limits });
    expect([status, body.provider, body.account]).toEqual([201, "main-new", "main"]);
    const place = vendor.calls.length;
    const ids = await submit("new", ["one", "two", "three", "four", "five"]);
    await untilEnded(ids.slice(0, 1), 15_000);
    await untilEnded(await submit("main", ["aside"]), 15_000);
    expect(since(place).length).toBeLessThanOrEqual(4);
    await untilEnded(ids, 30_000);
    for (const id of ids)
      expect((await api.call("GET", `/v1/tasks/${id}`)).body).toMatchObject({
        ...{ status: "succeeded", queue: "main-new", model: "new" },
        attempts: [{ provider: "main-new", outcome: "succeeded" }],
      });
    expect(await queue()).toMatchObject({ account: "main", ready: 0, limits: [{ rate: "3/5s" }] });
  }, 90_000);

  it("leaves nobody behind in its line when it is deleted", async () => {
    const { api, vendor } = world;
    await api.call("POST", "/v1/queues/main-new/pause", {});
    const ids = await submit("new", ["late", "later"]);
    expect((await api.send("DELETE", "/v1/models/new")).status).toBe(204);
    expect(await queue()).toMatchObject({ ready: 2, paused: true, retiredAt: expect.any(String) });
    const place = vendor.calls.length;
    await api.call("POST", "/v1/queues/main-new/resume", {});
    await untilEnded(ids, 30_000);
    expect(since(place).toSorted()).toHaveLength(2);
    expect(await queue()).toMatchObject({ ready: 0, running: 0 });
    expect((await api.call("POST", "/v1/tasks", aChat("new", "too late"))).status).toBe(404);
  }, 60_000);

  it("has no wake refused, and nothing logged as wrong", () => {
    expect(world.logs()).not.toMatch(/"severity":"ERROR"|wake failed/);
  });
});
