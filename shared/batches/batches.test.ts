import { describe, expect, it } from "vitest";
import { ConeaError } from "../core/conea-error.ts";
import { ProviderError } from "../providers/provider-error.ts";
import { ann, bob, echo, eve, viewer } from "../tasks/conea.fixture.ts";
import { findTask } from "../tasks/read-tasks.ts";
import { submitTask } from "../tasks/submit-task.ts";
import { aLine, openBatches, someLines } from "./batches.fixture.ts";
import { cancelBatch } from "./cancel-batch.ts";
import { createBatch } from "./create-batch.ts";
import { createBatchFollower } from "./create-batch-follower.ts";
import { deleteFile } from "./delete-file.ts";
import { driveBatches } from "./drive-batches.ts";
import { findBatch, listBatches } from "./read-batches.ts";
import { findFile } from "./read-files.ts";

describe("a batch", () => {
  it("answers each line, in the order of the lines, in one output file", async () => {
    const at = await openBatches();
    const { id } = await at.create(someLines(250));
    const ended = await at.finish(id);
    expect(ended).toMatchObject({ phase: "ended", total: 250, completed: 250, failed: 0 });
    const results = await at.results(ended.outputFileId);
    expect(results.map((one) => one.custom_id)).toEqual(someLines(250).map((_, index) => `line-${index}`));
    expect(results[7]?.response).toMatchObject({ status_code: 200, body: { said: "You said: line-7" } });
    expect(results[7]?.error).toBeNull();
    expect(ended.errorFileId).toBeUndefined();
    await at.close();
  });

  it("makes of each line an ordinary task of low priority, which its owner sees", async () => {
    const at = await openBatches();
    const { id } = await at.create(someLines(2));
    const ended = await at.finish(id);
    const [first] = await at.results(ended.outputFileId);
    const { data } = await findTask(at.deps, ann, first?.response?.request_id ?? "");
    expect(data).toMatchObject({
      priority: 8,
      stream: false,
      relatedEntity: `batch/${id}`,
      createdBy: "ann",
    });
    expect(at.events.filter(({ type }) => type === "task.succeeded")).toHaveLength(2);
    await at.close();
  });

  it("tells of lines that failed, and of those that could be no task, in the error file", async () => {
    const provider = {
      ...echo,
      chat: async (call: Parameters<NonNullable<typeof echo.chat>>[0]) => {
        if (JSON.stringify(call.input).includes("bad")) throw new ProviderError("invalid_request");
        return echo.chat?.(call) ?? Promise.reject(new Error("no chat"));
      },
    };
    const at = await openBatches({ provider });
    const { id } = await at.create([aLine("a"), aLine("bad"), aLine("odd", "odd", "unheard-of"), aLine("b")]);
    const ended = await at.finish(id);
    expect(ended).toMatchObject({ total: 4, completed: 2, failed: 2, refused: 1 });
    expect((await at.results(ended.outputFileId)).map((one) => one.custom_id)).toEqual(["a", "b"]);
    const errors = await at.results(ended.errorFileId);
    expect(errors.map((one) => [one.custom_id, one.response?.status_code])).toEqual([
      ["bad", 500],
      ["odd", 404],
    ]);
    expect(errors[1]?.response?.body.error?.code).toBe("unknown_model");
    await at.close();
  });

  it("fails as a whole where its input is wrong, and calls nothing", async () => {
    const at = await openBatches();
    const { id } = await at.create([aLine("a"), "{", aLine("a")]);
    const ended = await at.finish(id);
    expect(ended.errors?.map(({ code, line }) => [code, line])).toEqual([
      ["invalid_json_line", 2],
      ["duplicate_custom_id", 3],
    ]);
    expect(ended).toMatchObject({ phase: "ended", active: false, total: 0 });
    expect(await at.tasksOf(id)).toEqual([]);
    await at.close();
  });

  it("refuses a line that no store can keep, and goes on with the others", async () => {
    const at = await openBatches();
    const { id } = await at.create([aLine("a"), aLine("half \ud800"), aLine("b")]);
    const ended = await at.finish(id);
    expect(ended).toMatchObject({ completed: 2, failed: 1 });
    await at.close();
  });

  it("waits while the queue is long, leaves half of it to others, and loses nothing", async () => {
    const at = await openBatches({ queue: { maxReady: 40 }, limits: { requests: "10/s" } });
    const { id } = await at.create(someLines(90));
    await at.drive(id);
    const { fed } = await at.read(id);
    expect(fed).toBeGreaterThan(0);
    expect(fed).toBeLessThanOrEqual(20);
    await at.submit();
    const ended = await at.finish(id);
    expect(ended).toMatchObject({ total: 90, completed: 90 });
    await at.close();
  });

  it("does not end while a line runs", async () => {
    const { promise: answered, resolve } = Promise.withResolvers<void>();
    const chat: typeof echo.chat = async (call) => {
      await answered;
      return echo.chat?.(call) ?? Promise.reject(new Error("no chat"));
    };
    const at = await openBatches({ provider: { ...echo, chat } });
    const { id } = await at.create(someLines(2));
    await at.drive(id);
    await at.clock.advance(1_000);
    expect((await at.tasksOf(id)).map(({ status }) => status)).toEqual(["running", "running"]);
    expect(await at.drive(id)).toBe("waiting");
    resolve();
    expect(await at.finish(id)).toMatchObject({ completed: 2 });
    await at.close();
  });

  it("feeds a queue whose length is counted strictly", async () => {
    const at = await openBatches({ queue: { maxReady: 30, strict: true } });
    const { id } = await at.create(someLines(70));
    expect(await at.finish(id)).toMatchObject({ completed: 70 });
    await at.close();
  });

  it("is driven by the process that made it, without a sweep", async () => {
    const at = await openBatches();
    const follower = createBatchFollower(at.deps);
    const { id } = await at.create(someLines(3));
    follower.follow(id);
    follower.follow(id);
    for (let second = 0; second < 20; second++) await at.clock.advance(1_000);
    expect(await at.read(id)).toMatchObject({ phase: "ended", completed: 3 });
    at.closing.abort();
    await at.close();
  });

  it("is driven by the sweep alone where that process has gone", async () => {
    const at = await openBatches();
    const ids = [await at.create(someLines(3)), await at.create(someLines(4))].map(({ id }) => id);
    for (let minute = 0; minute < 5; minute++) {
      await driveBatches(at.deps);
      await at.clock.advance(60_000);
    }
    const ended = await Promise.all(ids.map(at.read));
    expect(ended.map(({ completed }) => completed)).toEqual([3, 4]);
    await at.close();
  });

  it("costs the sweep one read where there is none", async () => {
    const at = await openBatches();
    const { id } = await at.create(someLines(3));
    await at.finish(id);
    at.counts.clear();
    expect(await driveBatches(at.deps)).toEqual({ driven: 0, ended: 0, failed: 0 });
    expect([...at.counts]).toEqual([["batches", { reads: 1, writes: 0, deletes: 0 }]]);
    await at.close();
  });

  it("does not hold up others where one cannot be driven", async () => {
    const at = await openBatches();
    const broken = await at.create(someLines(1));
    const { id } = await at.create(someLines(1));
    await at.deps.documents.commit([{ op: "delete", path: `files/${broken.inputFileId}` }]);
    await driveBatches(at.deps);
    await at.clock.advance(1_000);
    expect(await driveBatches(at.deps)).toEqual({ driven: 0, ended: 1, failed: 1 });
    expect(await at.read(id)).toMatchObject({ completed: 1 });
    await at.close();
  });
});

describe("the walls around batches", () => {
  it("hide them from other tenants and other users", async () => {
    const at = await openBatches();
    const { id, inputFileId } = await at.create(someLines(1));
    for (const other of [bob, eve]) {
      await expect(findBatch(at.deps, other, id)).rejects.toBeInstanceOf(ConeaError);
      await expect(cancelBatch(at.deps, other, id)).rejects.toMatchObject({ code: "not_found" });
      await expect(
        createBatch(at.deps, other, { inputFileId, endpoint: "/v1/chat/completions" }),
      ).rejects.toMatchObject({ code: "not_found" });
      expect((await listBatches(at.deps, other, { limit: 10 })).batches).toEqual([]);
    }
    await expect(cancelBatch(at.deps, viewer, id)).rejects.toMatchObject({ code: "forbidden" });
    await at.close();
  });

  it("list one's own, newest first, page by page", async () => {
    const at = await openBatches();
    const ids = [];
    for (let count = 0; count < 5; count++) ids.unshift((await at.create(someLines(1))).id);
    const first = await listBatches(at.deps, ann, { limit: 3 });
    expect(first.batches.map(({ id }) => id)).toEqual(ids.slice(0, 3));
    const rest = await listBatches(at.deps, ann, { limit: 3, after: ids[2] });
    expect(rest).toMatchObject({ hasMore: false });
    expect(rest.batches.map(({ id }) => id)).toEqual(ids.slice(3));
    await at.close();
  });
});

describe("creating a batch", () => {
  it("gives the same one to a repeated Idempotency-Key", async () => {
    const at = await openBatches();
    const { id: inputFileId } = await at.upload(someLines(1));
    const asked = { inputFileId, endpoint: "/v1/chat/completions" };
    const made = await Promise.all([1, 2, 3].map(() => createBatch(at.deps, ann, asked, "key")));
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect((await at.readFile(inputFileId)).uses).toBe(1);
    const other = { ...asked, metadata: { a: "b" } };
    await expect(createBatch(at.deps, ann, other, "key")).rejects.toMatchObject({
      code: "idempotency_key_reused",
    });
    await at.close();
  });

  it("refuses an endpoint that is none, and a file that is no input", async () => {
    const at = await openBatches();
    const { id: inputFileId } = await at.upload(someLines(1));
    const wrong = createBatch(at.deps, ann, { inputFileId, endpoint: "/v1/dreams" });
    await expect(wrong).rejects.toMatchObject({ code: "invalid_request" });
    const { id } = await createBatch(at.deps, ann, { inputFileId, endpoint: "/v1/chat/completions" });
    const { outputFileId = "" } = await at.finish(id);
    const output = createBatch(at.deps, ann, { inputFileId: outputFileId, endpoint: "/v1/chat/completions" });
    await expect(output).rejects.toMatchObject({ code: "invalid_request" });
    await at.close();
  });
});

describe("the input of a batch", () => {
  it("may be deleted at once: it stays until the batch has ended, and no longer", async () => {
    const at = await openBatches();
    const { id, inputFileId } = await at.create(someLines(5));
    await deleteFile(at.deps, ann, inputFileId);
    await expect(findFile(at.deps, ann, inputFileId)).rejects.toMatchObject({ code: "not_found" });
    expect(await at.finish(id)).toMatchObject({ completed: 5 });
    const file = await at.readFile(inputFileId);
    const key = `tenants/acme/files/${file.id}/${file.parts[0]?.name}`;
    expect(await at.deps.blobs.get(key)).toBeUndefined();
    await at.close();
  });

  it("is not taken for what a single task says it is related to", async () => {
    const at = await openBatches();
    const { id } = await at.create(someLines(1));
    await submitTask(at.deps, ann, { ...testChat(), relatedEntity: `batch/${id}` });
    expect(await at.finish(id)).toMatchObject({ total: 1, completed: 1 });
    expect(await at.tasksOf(id)).toHaveLength(1);
    await at.close();
  });
});

function testChat() {
  const input = { messages: [{ role: "user" as const, content: "Hi" }] };
  return { type: "chat" as const, input, priority: 5, stream: false };
}
