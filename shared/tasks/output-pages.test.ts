import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openTestConea } from "./conea.fixture.ts";
import { createOutputPages, type OutputPage, outputCollection } from "./output-pages.ts";
import { aTask } from "./task.fixture.ts";

const task = aTask({ attemptCount: 1 });

async function openPages() {
  const { conea, clock } = await openTestConea();
  const read = async () =>
    (await conea.documents.query<OutputPage>({ collection: outputCollection(task.id) })).map(
      ({ data }) => data,
    );
  const pages = createOutputPages(conea, task);
  /** With the last page, as the end of an attempt writes it. */
  const finish = async () => {
    const { count, last } = await pages.finish();
    if (last) await conea.documents.commit([last]);
    return count;
  };
  return { pages, finish, clock, read, conea };
}

describe("output pages", () => {
  it("write the first piece at once, and what follows after a pause that grows to a second", async () => {
    const { pages, finish, clock, read } = await openPages();
    const times: number[] = [];
    const start = clock.now();
    for (let elapsed = 0; elapsed < 8_000; elapsed += 50) {
      pages.write(".");
      await clock.advance(50);
    }
    await finish();
    times.push(...(await read()).map(({ at }) => Date.parse(at) - start));
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    expect(times[0]).toBe(0);
    expect(gaps[0]).toBe(250);
    expect(gaps.slice(0, -1)).toEqual(gaps.slice(0, -1).toSorted((a, b) => a - b));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(1_001);
  });

  it("hold exactly what was written, in pages below 16 KB cut between characters", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(
            fc.string({ unit: "grapheme", maxLength: 30 }),
            fc.integer({ min: 1, max: 900 }),
            fc.nat(400),
          ),
        ),
        async (pieces) => {
          const { pages, finish, clock, read } = await openPages();
          let text = "";
          for (const [piece, times, waitMs] of pieces) {
            for (const unit of piece.repeat(times).match(/[\s\S]{1,999}/g) ?? []) {
              text += unit;
              pages.write(unit);
            }
            await clock.advance(waitMs);
          }
          const count = await finish();
          const found = await read();
          expect(found).toHaveLength(count);
          expect(found.map(({ page }) => page)).toEqual(found.map((_, index) => index));
          expect(found.map((page) => page.text).join("")).toBe(text.toWellFormed());
          for (const page of found) expect(Buffer.byteLength(page.text)).toBeLessThanOrEqual(16_000);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("write nothing for nothing", async () => {
    const { pages, read } = await openPages();
    expect(await pages.finish()).toEqual({ count: 0 });
    expect(await read()).toEqual([]);
  });

  it("leave what is left to be written with the end: one page of it, which counts", async () => {
    const { pages, read } = await openPages();
    for (const text of ["at once ", "x".repeat(15_000), "y".repeat(15_000), "the rest"]) pages.write(text);
    const { count, last } = await pages.finish();
    const written = await read();
    expect(written.map(({ page }) => page)).toEqual(Array.from({ length: count - 1 }, (_, index) => index));
    expect(last).toMatchObject({ op: "create", data: { page: count - 1 } });
    expect(await pages.finish()).toEqual({ count, last });
  });

  it("fail at the end when a page could not be written", async () => {
    const { pages, conea } = await openPages();
    conea.documents.commit = async () => {
      throw new Error("disk full");
    };
    const failing = createOutputPages(conea, task);
    failing.write("lost");
    await expect(failing.finish()).rejects.toThrow("disk full");
    await pages.finish();
  });
});
