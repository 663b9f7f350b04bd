import { expect, it } from "vitest";
import { toChunks } from "../../shared/batches/batches.fixture.ts";
import { createBatch } from "../../shared/batches/create-batch.ts";
import { findBatch } from "../../shared/batches/read-batches.ts";
import { storeFile } from "../../shared/batches/store-file.ts";
import { createLineEndpoints } from "../../shared/http/openai/create-line-endpoints.ts";
import { ann, openTestConea } from "../../shared/tasks/conea.fixture.ts";
import { createCronSweep } from "./cron-sweep.ts";

const endpoint = "/v1/chat/completions";

it("drives a batch to its end that no process follows", async () => {
  const { conea, clock, close } = await openTestConea();
  const cronSweep = createCronSweep(conea);
  const run = async () => (await cronSweep(new Request("http://cron-sweep/", { method: "POST" }))).json();
  const body = { model: "m", messages: [{ role: "user", content: "Hello" }] };
  const line = JSON.stringify({ custom_id: "a", method: "POST", url: endpoint, body });
  const content = toChunks(Buffer.from(line));
  const { id: inputFileId } = await storeFile(conea, ann, { filename: "a.jsonl", content });
  const { id } = await createBatch({ ...conea, lines: createLineEndpoints(conea) }, ann, {
    inputFileId,
    endpoint,
  });
  expect(await run()).toMatchObject({ failed: 0, batches: { driven: 1, ended: 0, failed: 0 } });
  await clock.advance(60_000);
  expect(await run()).toMatchObject({ failed: 0, batches: { driven: 0, ended: 1, failed: 0 } });
  expect((await findBatch(conea, ann, id)).data).toMatchObject({ phase: "ended", completed: 1 });
  await close();
});
