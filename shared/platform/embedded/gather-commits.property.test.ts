import fc from "fast-check";
import { expect, it } from "vitest";
import { createLog } from "../../core/log.ts";
import type { Documents, Write } from "../documents.ts";
import { openEmbeddedDocuments } from "./documents.ts";
import { openOnDisk } from "./documents-on-disk.fixture.ts";
import { newFolder } from "./folder.fixture.ts";
import { type RandomWrite, type Step, steps, withPrecondition } from "./random-steps.fixture.ts";
import { createVirtualClock } from "./virtual-clock.ts";

/** A failure prints the seed and the path that replay it: put them here. */
const replay = { seed: 20_261_126 };

it("does for commits of one turn what it does for each after the other, and so it is restored", async () => {
  const groups = fc.array(fc.array(steps, { minLength: 1, maxLength: 5 }), { maxLength: 8 });
  const run = async (all: Step[][]) => {
    const folder = newFolder();
    const together = await openOnDisk(folder, { clock: createVirtualClock(1) });
    const clock = createVirtualClock(1);
    const apart = await openEmbeddedDocuments({ clock, log: createLog(() => undefined) });
    for (const group of all) {
      const commits = await Promise.all(group.flatMap(toWrites).map((one) => resolveTimes(apart, one)));
      const found = commits.map((writes) => outcomeOf(together.documents.commit(writes)));
      const expected = [];
      for (const writes of commits) expected.push(await outcomeOf(apart.documents.commit(writes)));
      expect(await Promise.all(found)).toEqual(expected);
    }
    const left = await listAll(apart.documents);
    expect(await listAll(together.documents)).toEqual(left);
    await together.close();
    const restored = await openOnDisk(folder);
    expect(await listAll(restored.documents)).toEqual(left);
    await restored.close();
    await apart.close();
  };
  await fc.assert(fc.asyncProperty(groups, run), { ...replay, numRuns: 150 });
});

function toWrites(step: Step): RandomWrite[][] {
  return step.kind === "commit" ? [step.writes] : [];
}

/** With the times of now: what comes before in the same turn may make them out of date. */
async function resolveTimes(
  { documents }: { documents: Documents },
  writes: RandomWrite[],
): Promise<Write[]> {
  const resolve = async (one: RandomWrite) => {
    const current = await documents.get(one.write.path).catch(() => undefined);
    return withPrecondition(one, {
      ...(current && { current: current.updateTime }),
      stale: "2000-01-01T00:00:00.000000Z",
    });
  };
  return Promise.all(writes.map(resolve));
}

function outcomeOf(commit: Promise<string[]>): Promise<string[] | string> {
  return commit.catch((error: Error) => error.name);
}

async function listAll(documents: Documents) {
  const collections = ["c", "c/1/d"];
  return Promise.all(collections.map((collection) => documents.query({ collection })));
}
