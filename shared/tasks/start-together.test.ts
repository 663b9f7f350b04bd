import { expect, it } from "vitest";
import { totalCounts } from "../platform/count-documents.ts";
import { aChat, ann } from "./conea.fixture.ts";
import { openNoting } from "./runner.fixture.ts";

const startsHere = { startsHere: true };

function ask(text: string, priority = 5) {
  return aChat({ input: { messages: [{ role: "user", content: text }] }, priority });
}

it("starts what is asked for at the same time with one commit, and each once", async () => {
  const { submit, conea, clock, starts, counts, close } = await openNoting({
    limits: { requests: "1000/min" },
  });
  const tasks = [];
  await submit(ask("first"));
  await clock.advance(1_000);
  starts.length = 0;
  for (const text of ["a", "b", "c", "d"]) tasks.push((await submit(ask(text), ann, startsHere)).task);
  counts.clear();
  const started = [...tasks, ...tasks].map((task) => conea.runner.startNow(task));
  await clock.advance(0);
  await Promise.all(started);
  await clock.advance(1_000);
  expect(starts.map(({ text }) => text)).toEqual(["a", "b", "c", "d"]);
  // Each is claimed and settled; of the queue's document there is one write for the first, and one for the others.
  expect(totalCounts(counts).writes).toBe(4 + 4 + 2);
  await close();
});

it("starts none before one that was there first and is not asked for", async () => {
  const { submit, conea, clock, starts, close } = await openNoting({ limits: { requests: "1000/min" } });
  const [a, , c] = [
    (await submit(ask("a"), ann, startsHere)).task,
    (await submit(ask("b"), ann, startsHere)).task,
    (await submit(ask("c"), ann, startsHere)).task,
  ];
  await Promise.all([conea.runner.startNow(a), clock.advance(0)]);
  const late = conea.runner.startNow(c);
  await clock.advance(0);
  await late;
  await clock.advance(1_000);
  expect(starts.map(({ text }) => text)).toEqual(["a", "b", "c"]);
  await close();
});
