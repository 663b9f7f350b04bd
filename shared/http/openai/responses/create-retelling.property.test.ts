import fc from "fast-check";
import { expect, it } from "vitest";
import { createAligner } from "../create-aligner.ts";
import { createRetelling } from "./create-retelling.ts";

const text = fc
  .array(fc.constantFrom("a", "b", " ", "the queue ", "waits for its turn in the line ", "👩‍🚀"), {
    maxLength: 8,
  })
  .map((words) => words.join(""));

/** One attempt of a task: what it says by itself, whether after an earlier one's text, and how much of it was kept. */
const attempt = fc.record({
  own: text,
  repeats: fc.boolean(),
  continues: fc.boolean(),
  /** Its worker died: the task knows only of the pages it had written by then. */
  kept: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
});
type Attempt = { n: number; own: string; base?: number; full: string; kept: string; isLost: boolean };

/** Attempts as a task has them: the last one succeeds, and what one goes on from has been said and kept. */
function toAttempts(
  drawn: (typeof attempt extends fc.Arbitrary<infer T> ? T : never)[],
  mayContinue: boolean,
) {
  const attempts: Attempt[] = [];
  for (const [index, { own, repeats, continues, kept }] of drawn.entries()) {
    const last = attempts.findLast((one) => one.own !== "" && !one.isLost);
    const isContinued = mayContinue && continues && last !== undefined;
    const said = repeats && last && !isContinued ? last.full + own : own;
    const isLost = kept !== undefined && index < drawn.length - 1;
    attempts.push({
      n: index + 1,
      own: said,
      ...(isContinued && { base: last.n }),
      full: (isContinued ? last.full : "") + said,
      kept: isLost ? said.slice(0, Math.floor(kept * said.length)) : said,
      isLost,
    });
  }
  return attempts;
}

/** What a stream sends that hears each attempt as it is made, up to and with attempt `until`. */
function listen(attempts: Attempt[], mayJoin: boolean, until: number): string {
  const aligner = createAligner({ mayJoin });
  let sent = "";
  for (const { n, full } of attempts.slice(0, until)) sent += aligner.add(n, full);
  if (until < attempts.length) return sent;
  return sent + (aligner.finish(attempts.at(-1)?.full ?? "") ?? "");
}

function retell(attempts: Attempt[], options: { mayJoin: boolean; mayContinue: boolean; read: number }) {
  const retelling = createRetelling(options);
  let told = "";
  for (const [index, { n, kept, isLost, base }] of attempts.entries()) {
    const isLast = index === attempts.length - 1;
    for (const piece of kept.match(/.{1,5}/g) ?? []) told += retelling.add(n, piece);
    const rest = retelling.end({
      n,
      outcome: isLast ? "succeeded" : isLost ? "lost" : "failed",
      ...(base !== undefined && { continues: base }),
      ...(!isLost && { outputPages: 1 }),
    });
    if (rest === undefined) return { told, isWhole: false };
    told += rest;
  }
  const rest = retelling.finish(attempts.at(-1)?.full ?? "");
  return { told: told + (rest ?? ""), isWhole: rest !== undefined };
}

const drawn = fc.record({
  drawn: fc.array(attempt, { minLength: 1, maxLength: 4 }),
  mayJoin: fc.boolean(),
  mayContinue: fc.boolean(),
  until: fc.nat(4),
  part: fc.double({ min: 0, max: 1, noNaN: true }),
});

it("goes on from what a reader has had of another stream, or says that it cannot", () => {
  fc.assert(
    fc.property(drawn, ({ drawn, mayJoin, mayContinue, until, part }) => {
      const attempts = toAttempts(drawn, mayContinue);
      const sent = listen(attempts, mayJoin, Math.min(until, attempts.length));
      const had = sent.slice(0, Math.floor(part * sent.length));
      const { told, isWhole } = retell(attempts, { mayJoin, mayContinue, read: had.length });
      if (isWhole) expect(told.slice(0, had.length)).toBe(had);
    }),
    { numRuns: 2_000 },
  );
});

it("tells what the first stream told, where no worker was lost", () => {
  fc.assert(
    fc.property(drawn, ({ drawn, mayJoin, mayContinue }) => {
      const kept = drawn.map((one) => ({ ...one, kept: undefined }));
      const attempts = toAttempts(kept, mayContinue);
      const sent = listen(attempts, mayJoin, attempts.length);
      const { told } = retell(attempts, { mayJoin, mayContinue, read: sent.length });
      expect(told).toBe(sent);
    }),
    { numRuns: 2_000 },
  );
});
