import { parseArgs } from "node:util";
import { checkStory } from "./check-story.ts";
import { runStory } from "./run-story.ts";
import { toStory } from "./story.ts";

/** `node tests/allowances/main.ts --seeds 1000`, or `--seed 7` for one in full. */
const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "100" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
  },
});
const [first, last] = values.seed
  ? [Number(values.seed), Number(values.seed)]
  : [Number(values.from), Number(values.from) + Number(values.seeds) - 1];
let failed = 0;
const sums = { reservations: 0, refused: 0, stranded: 0 };
for (let seed = first; seed <= last; seed++) {
  const outcome = await runStory(toStory(seed));
  const found = checkStory(outcome);
  sums.reservations += outcome.reservations;
  sums.refused += [...outcome.refusals.values()].reduce((sum, count) => sum + count, 0);
  sums.stranded = Math.max(sums.stranded, outcome.mostStranded());
  if (found.length > 0) failed += 1;
  if (found.length > 0 || values.seed)
    console.log(
      seed,
      found,
      values.seed ? { ...outcome, documents: undefined, world: undefined, tasks: outcome.tasks.size } : "",
    );
}
console.log({ seeds: last - first + 1, failed, ...sums });
