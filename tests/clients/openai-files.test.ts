import OpenAI, { toFile } from "openai";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createCronSweep } from "../../functions/cron-sweep/cron-sweep.ts";
import { createOpenAi } from "../../functions/openai/openai.ts";
import { createKey } from "../../shared/access/keys.ts";
import { ann, openTestConea } from "../../shared/tasks/conea.fixture.ts";

const hour = 3_600;
const url = "/v1/chat/completions";

/** The SDK before Conea in the same process, whose clock the test moves. */
async function open() {
  const { conea, clock, close } = await openTestConea();
  const handle = createOpenAi(conea);
  const { key } = await createKey(conea, ann, ann);
  const openai = new OpenAI({
    baseURL: "http://127.0.0.1:8080/openai/v1",
    apiKey: key,
    maxRetries: 0,
    fetch: (input, init) => handle(new Request(input as string, init)),
  });
  const cronSweep = createCronSweep(conea);
  const sweep = async () => (await cronSweep(new Request("http://sweep/", { method: "POST" }))).json();
  const upload = async (seconds: number, text = "{}") =>
    openai.files.create({
      file: await toFile(Buffer.from(text), "a.jsonl"),
      purpose: "batch",
      expires_after: { anchor: "created_at", seconds },
    });
  return { openai, clock, close, sweep, upload };
}

let at: Awaited<ReturnType<typeof open>>;
beforeEach(async () => {
  at = await open();
});
afterEach(() => at.close());

async function expectGone(fileId: string): Promise<void> {
  const { files } = at.openai;
  for (const asked of [files.retrieve(fileId), files.content(fileId), files.delete(fileId)])
    await expect(asked).rejects.toMatchObject({ status: 404 });
  expect((await files.list()).data.map(({ id }) => id)).not.toContain(fileId);
}

describe("the openai SDK with files that expire", () => {
  it("is told when a file goes, and finds it until then", async () => {
    const file = await at.upload(hour);
    expect(file.expires_at).toBe(file.created_at + hour);
    await at.clock.advance(hour * 1_000 - 1);
    expect(await at.openai.files.retrieve(file.id)).toEqual(file);
    expect(await (await at.openai.files.content(file.id)).text()).toBe("{}");
    expect((await at.openai.files.list()).data).toEqual([file]);
    await at.clock.advance(1);
    await expectGone(file.id);
    expect(await at.sweep()).toMatchObject({ failed: 0, files: { removed: 1, failed: 0 } });
  });

  it("sees no time on a file that stays", async () => {
    const file = await toFile(Buffer.from("{}"), "a.jsonl");
    expect(await at.openai.files.create({ file, purpose: "batch" })).not.toHaveProperty("expires_at");
  });

  it("may ask for an hour to thirty days", async () => {
    for (const seconds of [hour, 30 * 24 * hour]) expect((await at.upload(seconds)).expires_at).toBeDefined();
    for (const seconds of [hour - 1, 30 * 24 * hour + 1, 3_600.5])
      await expect(at.upload(seconds)).rejects.toMatchObject({
        status: 400,
        param: "expires_after[seconds]",
      });
  });

  it("asks with an anchor that there is, and with both or none", async () => {
    const create = async (expires_after: object) =>
      at.openai.files.create({
        ...{ file: await toFile(Buffer.from("{}"), "a.jsonl"), purpose: "batch" },
        expires_after: expires_after as { anchor: "created_at"; seconds: number },
      });
    await expect(create({ anchor: "now", seconds: hour })).rejects.toMatchObject({
      ...{ status: 400, param: "expires_after[anchor]" },
    });
    await expect(create({ seconds: hour })).rejects.toMatchObject({ param: "expires_after[anchor]" });
    await expect(create({ anchor: "created_at" })).rejects.toMatchObject({ param: "expires_after[seconds]" });
    expect((await at.openai.files.list()).data).toEqual([]);
  });

  it("has the results of a batch go as well", async () => {
    const body = { model: "m", messages: [{ role: "user", content: "Hello" }] };
    const lines = JSON.stringify({ custom_id: "a", method: "POST", url, body });
    const input = await at.upload(30 * 24 * hour, lines);
    const { id } = await at.openai.batches.create({
      ...{ input_file_id: input.id, endpoint: url, completion_window: "24h" },
      output_expires_after: { anchor: "created_at", seconds: hour },
    });
    for (let second = 0; second < 10; second++) await at.clock.advance(1_000);
    const { output_file_id: outputId } = await at.openai.batches.retrieve(id);
    const output = await at.openai.files.retrieve(outputId ?? "");
    expect(output.expires_at).toBe(output.created_at + hour);
    await at.clock.advance(hour * 1_000);
    await expectGone(output.id);
    expect((await at.openai.files.retrieve(input.id)).id).toBe(input.id);
    expect(await at.openai.batches.retrieve(id)).toMatchObject({ output_file_id: outputId });
  });

  it("is told which lifetimes of results there are", async () => {
    const input = await at.upload(hour);
    const create = (output_expires_after: object) =>
      at.openai.batches.create({
        ...{ input_file_id: input.id, endpoint: url, completion_window: "24h" },
        output_expires_after: output_expires_after as { anchor: "created_at"; seconds: number },
      });
    await expect(create({ anchor: "created_at", seconds: 60 })).rejects.toMatchObject({
      ...{ status: 400, param: "output_expires_after.seconds" },
    });
    await expect(create({ seconds: hour })).rejects.toMatchObject({ param: "output_expires_after.anchor" });
  });
});
