import { afterAll, beforeAll, expect, it } from "vitest";
import type { Blob } from "../../../shared/api/file.ts";
import type { CreatedKey } from "../../../shared/api/keys.ts";
import type { Task } from "../../../shared/api/task.ts";
import { terminalStatuses } from "../../../shared/api/task-type.ts";
import { kind } from "../../emulators/cloud-tasks/unkindness.ts";
import { describeOnEmulators } from "../../emulators/describe-on-emulators.ts";
import { type Bundles, buildBundles } from "../start-bundle.fixture.ts";
import type { ApiClient } from "./create-api-client.ts";
import { openWorld, type World } from "./open-world.ts";
import { readStream } from "./read-stream.ts";

const pixel = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

function aChat(content: unknown, options: object = {}): object {
  return { type: "chat", model: "main", input: { messages: [{ role: "user", content }] }, ...options };
}

/** No sweep runs here: what a task needs comes by its wakes alone. */
describeOnEmulators(["firestore", "pubsub"], "a task on Google's parts", () => {
  let bundles: Bundles;
  let world: World;
  let api: ApiClient;
  beforeAll(async () => {
    bundles = await buildBundles();
    world = await openWorld({
      bundles,
      limits: { main: {} },
      config: { retry: { attempts: 2, baseMs: 100 } },
      workers: 1,
      mood: { seed: 1, failing: 0, limiting: 0, cutting: 0 },
      tasks: kind,
    });
    const { body } = await world.api.call<CreatedKey>("POST", "/v1/keys", { user: "ann", role: "user" });
    api = world.api.as(body.key);
  }, 120_000);
  afterAll(async () => {
    await world?.close();
    await bundles?.close();
  }, 30_000);

  const submit = (body: object) => api.call("POST", "/v1/tasks", body);
  const read = async (id: string) => (await api.call("GET", `/v1/tasks/${id}`)).body;

  /** Asks again with each event, and is sure to be told of the last. */
  async function readEnded(id: string): Promise<Task> {
    await world.events.until(() => world.events.hasEnded(id), 15_000);
    return read(id);
  }

  it("is made by a key that an administrator made, and by no other", async () => {
    const answer = await submit(aChat("who?"));
    expect([answer.status, answer.body.createdBy]).toEqual([202, "ann"]);
    expect((await api.as("ck_nobody").send("GET", "/v1/tasks")).status).toBe(401);
    expect((await readEnded(answer.body.id)).status).toBe("succeeded");
  });

  it("is run by the worker and read by its caller, one right after the other", async () => {
    for (let n = 0; n < 20; n++) {
      const { body } = await submit(aChat(`one after the other ${n}`));
      expect(await readEnded(body.id)).toMatchObject({
        status: "succeeded",
        attempts: [{ outcome: "succeeded" }],
      });
    }
  }, 60_000);

  it("is answered in its own request with Prefer: wait", async () => {
    const { status, headers, body } = await api.call("POST", "/v1/tasks", aChat("now"), {
      Prefer: "wait=20",
    });
    expect([status, headers.get("preference-applied"), body.status]).toEqual([200, "wait=20", "succeeded"]);
    expect(body.result).toMatchObject({ text: expect.stringMatching(/^call \d+ says yes$/) });
  });

  it("streams its text through the API while the worker runs it", async () => {
    const { body } = await submit(aChat("bit by bit", { stream: true }));
    const events = await readStream(await api.send("GET", `/v1/tasks/${body.id}/events`));
    const texts = events.filter(({ event }) => event === "delta").map(({ data }) => data.text);
    const { result } = await read(body.id);
    expect(events[0]?.event).toBe("task");
    expect(events.slice(-2).map(({ event }) => event)).toEqual(["attempt", "done"]);
    expect({ text: texts.join(""), finishReason: "stop" }).toEqual(result);
  });

  it("gives the provider an upload from Cloud Storage", async () => {
    const upload = await api.send("POST", "/v1/blobs", {
      headers: { "content-type": "image/png" },
      body: pixel,
    });
    const { id: blob, bytes } = (await upload.json()) as Blob;
    expect([upload.status, bytes]).toEqual([201, pixel.length]);
    const { body } = await submit(aChat([{ type: "image", image: { blob } }]));
    expect((await readEnded(body.id)).status).toBe("succeeded");
    expect(world.vendor.calls.at(-1)?.prompt).toContain(`data:image/png;base64,${pixel.toString("base64")}`);
  });

  it("is handed back with its attempt unused by a worker that is asked to end in mid-call", async () => {
    const { vendor, workers } = world;
    const before = vendor.calls.length;
    vendor.order("hold");
    const { body } = await submit(aChat("in the middle"));
    await vendor.until(() => vendor.calls.length > before, 15_000);
    expect(await workers.retire(0)).toBe(0);
    // Of two attempts one is failed by the vendor: with the other used up the task would be dead.
    vendor.order("fail");
    vendor.order("release");
    const { status, attempts } = await readEnded(body.id);
    expect(status).toBe("succeeded");
    expect(attempts.map(({ outcome }) => outcome)).toEqual(["interrupted", "failed", "succeeded"]);
    expect(vendor.calls.slice(before).map(({ how }) => how)).toEqual(["left", "refused", "answered"]);
  }, 60_000);

  it("is called with a rotated key within a minute, by a worker that goes on", async () => {
    const { vendor, secrets } = world;
    await readEnded((await submit(aChat("before"))).body.id);
    expect(vendor.calls.at(-1)?.key).toBe("Bearer key-1");
    const from = performance.now();
    await secrets.addVersion("VENDOR_KEY", "key-2");
    for (let n = 0; vendor.calls.at(-1)?.key === "Bearer key-1" && performance.now() - from < 60_000; n++)
      await readEnded((await submit(aChat(`after ${n}`))).body.id);
    console.info(`a rotated key is used after ${Math.round(performance.now() - from)} ms`);
    expect(vendor.calls.at(-1)?.key).toBe("Bearer key-2");
  }, 90_000);

  it("has told of everything, and left nothing open", async () => {
    const tasks = await api.tasks();
    expect(tasks.every(({ status }) => terminalStatuses.has(status))).toBe(true);
    expect(tasks.filter(({ id }) => !world.events.hasEnded(id))).toEqual([]);
    expect(world.logs()).not.toContain('"severity":"ERROR"');
  });
});
