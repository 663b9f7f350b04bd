import { expect, it } from "vitest";
import type { Provider } from "../providers/provider.ts";
import { cancelTask } from "./change-task.ts";
import { aChat, ann, openTestConea } from "./conea.fixture.ts";
import { outputCollection } from "./output-pages.ts";
import { answer } from "./runner.fixture.ts";

async function open(provider: Provider) {
  const test = await openTestConea({ provider });
  const pagesOf = async (id: string) =>
    (await test.conea.documents.query({ collection: outputCollection(id) })).length;
  return { ...test, pagesOf };
}

it("is written, as it is counted, where the answer cannot be kept", async () => {
  const text = "x".repeat(1_000_000);
  const { conea, submit, read, clock, pagesOf, close } = await open({
    async chat({ onText }) {
      onText?.("a first ");
      onText?.("and a last");
      return { ...answer, result: { text, finishReason: "stop" } };
    },
  });
  conea.blobs.put = () => Promise.reject(new Error("no blobs"));
  const { task } = await submit(aChat({ stream: true }));
  await clock.advance(100);
  const [attempt] = (await read(task.id)).attempts;
  expect([attempt?.outcome, attempt?.outputPages]).toEqual(["failed", 2]);
  expect(await pagesOf(task.id)).toBe(2);
  await close();
});

it.each([true, false])("is counted after a cancel if it could be written (%s)", async (isWritten) => {
  const { conea, submit, read, clock, pagesOf, close } = await open({
    async chat({ onText, signal }) {
      onText?.("a first ");
      onText?.("and a last");
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    },
  });
  const { task } = await submit(aChat({ stream: true }));
  await clock.advance(100);
  const { commit } = conea.documents;
  conea.documents.commit = (writes) => {
    const isPage = writes.some(({ path }) => path.includes("/output/"));
    return isPage && !isWritten ? Promise.reject(new Error("no store")) : commit(writes);
  };
  const cancelled = cancelTask({ ...conea, abort: conea.runner.abort }, ann, task.id);
  await clock.advance(5_000);
  await cancelled;
  const [attempt] = (await read(task.id)).attempts;
  expect(attempt?.outcome).toBe("cancelled");
  expect([attempt?.outputPages, await pagesOf(task.id)]).toEqual(isWritten ? [2, 2] : [undefined, 1]);
  await close();
});
