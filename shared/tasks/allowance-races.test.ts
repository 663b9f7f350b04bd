import { expect, it } from "vitest";
import { type AllowanceDocument, allowancePath, toTotal } from "../allowances/allowance-document.ts";
import { countDocuments } from "../platform/count-documents.ts";
import type { Documents } from "../platform/documents.ts";
import type { VirtualClock } from "../platform/embedded/virtual-clock.ts";
import { sweep } from "../queue/sweep.ts";
import { openBounded, writesAll } from "./allowance-use.fixture.ts";
import { aChat, ann } from "./conea.fixture.ts";
import { createConea } from "./create-conea.ts";
import { submitTask } from "./submit-task.ts";

const limit = 500_000;
const input = { messages: [{ role: "user" as const, content: "Hi" }], maxOutputTokens: 300 };

/** So many instances on one store, all of which submit at once until nothing is left. */
async function race(instances: number) {
  const { provider } = writesAll();
  const test = await openBounded({ tenant: { micros: `${limit}/month` } }, { provider });
  const { clock, conea, embedded } = test;
  const { documents, counts } = countDocuments(embedded.platform.documents);
  const watched = watchTotals(documents, embedded.platform.documents);
  const { config, log, providers, closing } = conea;
  const platform = { ...embedded.platform, documents: watched.documents, random: Math.random };
  const all = Array.from({ length: instances }, () =>
    createConea({ platform, config, log, providers, closing }),
  );
  const each = Math.ceil(320 / instances);
  const submitted = all.flatMap((one) =>
    Array.from({ length: each }, () =>
      submitTask(one, ann, aChat({ input })).then(
        () => true,
        () => false,
      ),
    ),
  );
  const accepted = (await letRun(clock, Promise.all(submitted))).filter(Boolean).length;
  const topUps = counts.get("allowances") ?? { reads: 0, writes: 0 };
  await clock.advance(120_000);
  await letRun(clock, Promise.all(all.map((one) => one.allowances.drain())));
  await clock.advance(600_000);
  await sweep(conea);
  const [document] = await test.readAll("micros");
  const tasks = await embedded.platform.documents.query<{ cost: { micros?: number } }>({
    collection: "tasks",
  });
  const cost = tasks.reduce((sum, { data }) => sum + (data.cost.micros ?? 0), 0);
  return {
    ...{
      instances,
      asked: each * instances,
      accepted,
      cost,
      spent: document?.spent,
      reserved: document?.reserved,
    },
    overshoot: Math.max(0, watched.most() - limit, cost - limit),
    readsEach: topUps.reads / (each * instances),
    writesEach: topUps.writes / (each * instances),
  };
}

/** Lets time pass until it is done. */
async function letRun<T>(clock: VirtualClock, work: Promise<T>): Promise<T> {
  let isOver = false;
  const done = work.finally(() => {
    isOver = true;
  });
  while (!isOver) await clock.advance(5);
  return done;
}

/** Notes the most that an allowance ever had spent, reserved and handed out, commit by commit. */
function watchTotals(documents: Documents, store: Documents) {
  let most = 0;
  return {
    most: () => most,
    documents: {
      ...documents,
      async commit(writes) {
        // Others come in between.
        await new Promise(setImmediate);
        const times = await documents.commit(writes);
        for (const { path } of writes.filter(({ path }) => path.startsWith("allowances/"))) {
          const found = await store.get<AllowanceDocument>(allowancePath(path.slice("allowances/".length)));
          if (found) most = Math.max(most, toTotal(found.data));
        }
        return times;
      },
    } satisfies Documents,
  };
}

it.each([1, 8, 64])(
  "%i instances that race for the same money never pass it",
  { timeout: 60_000 },
  async (instances) => {
    const outcome = await race(instances);
    console.log(JSON.stringify(outcome));
    expect(outcome.overshoot).toBe(0);
    expect(outcome.accepted).toBeGreaterThan(0);
    expect(outcome.accepted).toBeLessThan(outcome.asked);
    expect(outcome).toMatchObject({ spent: outcome.cost, reserved: 0 });
  },
);
