import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLog } from "../core/log.ts";
import { type Documents, OutcomeUnknown, PreconditionFailed, type Write } from "../platform/documents.ts";
import { openEmbeddedDocuments } from "../platform/embedded/documents.ts";
import { createVirtualClock } from "../platform/embedded/virtual-clock.ts";
import { commitMarked } from "./commit-marked.ts";

/** What becomes of one try: it works, or its answer is lost with or without effect, or it fails plainly. */
type Fate = "works" | "unknown, done" | "unknown, not done" | "error";
const fates = fc.array(fc.constantFrom<Fate>("works", "unknown, done", "unknown, not done", "error"), {
  maxLength: 7,
});
/** Before which try somebody else writes, and whether to the marked document or to another of the commit. */
const others = fc.array(fc.record({ before: fc.nat(5), path: fc.constantFrom("q/marked", "q/task") }), {
  maxLength: 2,
});

type Ended = { times?: string[]; refused?: true; rejected?: unknown };

async function attempt(all: Fate[], meddlers: { before: number; path: string }[]) {
  const clock = createVirtualClock(1_000);
  const { documents, close } = await openEmbeddedDocuments({ clock, log: createLog(() => undefined) });
  await documents.commit([
    { op: "create", path: "q/marked", data: { mark: "before", applied: 0 } },
    { op: "create", path: "q/task", data: { applied: 0 } },
  ]);
  const times = await Promise.all(["q/marked", "q/task"].map((path) => documents.get(path)));
  const writes: Write[] = [
    {
      op: "update",
      path: "q/marked",
      fields: { mark: "mine" },
      increments: { applied: 1 },
      precondition: { updateTime: times[0]?.updateTime ?? "" },
    },
    {
      op: "update",
      path: "q/task",
      fields: { status: "mine" },
      increments: { applied: 1 },
      precondition: { updateTime: times[1]?.updateTime ?? "" },
    },
  ];
  let tries = 0;
  let marks = 0;
  const unsure: Documents = {
    ...documents,
    async commit(tried) {
      const fate = all[tries] ?? "works";
      for (const { path } of meddlers.filter(({ before }) => before === tries)) {
        const fields = path === "q/marked" ? { mark: `theirs ${marks++}` } : { status: "theirs" };
        await documents.commit([{ op: "update", path, fields }]);
      }
      tries += 1;
      if (fate === "error") throw new Error("the store is away");
      if (fate === "unknown, not done") throw new OutcomeUnknown("lost on the way there");
      const written = await documents.commit(tried);
      if (fate === "unknown, done") throw new OutcomeUnknown("lost on the way back");
      return written;
    },
  };
  const outcome = commitMarked({ documents: unsure, clock }, writes, { mark: "mine" }).then(
    (found): Ended => (found ? { times: found } : { refused: true }),
    (rejected): Ended => ({ rejected }),
  );
  await clock.runUntilIdle();
  const ended = await outcome;
  const [marked, task] = await Promise.all(
    ["q/marked", "q/task"].map((path) =>
      documents.get<{ mark?: string; status?: string; applied: number }>(path),
    ),
  );
  await close();
  return { ended, marked, task };
}

describe("commitMarked under random failures", () => {
  it("tells the truth while nobody else writes: times exactly when the writes were applied, and only once", async () => {
    const property = fc.asyncProperty(fates, async (all) => {
      const { ended, marked, task } = await attempt(all, []);
      expect(marked?.data.applied).toBe(task?.data.applied);
      expect(marked?.data.applied).toBeLessThanOrEqual(1);
      expect(ended.refused).toBeUndefined();
      if (ended.times) expect(ended.times).toEqual([marked?.updateTime, task?.updateTime]);
      if (ended.times) expect(marked?.data.applied).toBe(1);
      if (ended.rejected) expect(ended.rejected).not.toBeInstanceOf(PreconditionFailed);
    });
    await fc.assert(property, { numRuns: 500 });
  });

  it("never applies twice nor in part, and never claims what it did not do, whoever writes in between", async () => {
    const property = fc.asyncProperty(fates, others, async (all, meddlers) => {
      const { ended, marked, task } = await attempt(all, meddlers);
      expect(marked?.data.applied).toBe(task?.data.applied);
      expect(marked?.data.applied).toBeLessThanOrEqual(1);
      if (ended.times) expect(marked?.data.applied).toBe(1);
      // Refused: not applied, or somebody who came after it has taken the mark away.
      if (ended.refused && marked?.data.applied === 1) expect(marked.data.mark).toMatch(/^theirs/);
    });
    await fc.assert(property, { numRuns: 500 });
  });

  it("gives no fence to a document in which somebody has changed what it wrote", async () => {
    const property = fc.asyncProperty(fates, others, async (all, meddlers) => {
      const { ended, marked, task } = await attempt(all, meddlers);
      for (const [index, found] of [marked, task].entries()) {
        const fence = ended.times?.[index];
        if (fence) expect(fence).toBe(found?.updateTime);
        if (fence) expect(found?.data.mark ?? found?.data.status).toBe("mine");
      }
    });
    await fc.assert(property, { numRuns: 500 });
  });
});
