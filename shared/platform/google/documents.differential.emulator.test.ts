import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { describeOnEmulators, hostOf } from "../../../tests/emulators/describe-on-emulators.ts";
import { freshProject } from "../../../tests/emulators/fresh-project.ts";
import { createLog } from "../../core/log.ts";
import { openEmbeddedDocuments } from "../embedded/documents.ts";
import { createVirtualClock } from "../embedded/virtual-clock.ts";
import { compareDocuments } from "./compare-documents.fixture.ts";
import { openFirestoreDocuments } from "./documents.ts";
import { type Operation, sequences } from "./random-operations.fixture.ts";

/**
 * A failure prints the seed and the path that replay it: DIFFERENTIAL_SEED and DIFFERENTIAL_PATH. DIFFERENTIAL_OPERATIONS
 * asks for more operations than `npm test` has time for.
 */
const { DIFFERENTIAL_SEED, DIFFERENTIAL_PATH, DIFFERENTIAL_OPERATIONS } = process.env;
const seed = Number(DIFFERENTIAL_SEED ?? 20_261_125);
const wanted = Number(DIFFERENTIAL_OPERATIONS ?? 2_500);
/** For all sequences, and for finding a short one where one fails. */
const withinMs = 60_000 + wanted * 15;
/** Operations of a sequence, on average. */
const perSequence = 30;

describeOnEmulators(["firestore"], "the two sides of Documents", () => {
  const project = freshProject();
  const google = openFirestoreDocuments({ project, database: "(default)", endpoint: hostOf("firestore") });
  afterAll(() => google.close());

  it(
    `answer ${wanted} random operations alike`,
    async () => {
      const totals = { sequences: 0, operations: 0, answers: 0 };
      const run = async (operations: Operation[]) => {
        const { documents: embedded, close } = await openEmbeddedDocuments({
          clock: createVirtualClock(1),
          log: createLog(() => undefined),
        });
        const comparison = compareDocuments({ embedded, google }, `sequences/s${++totals.sequences}`);
        for (const operation of operations) await comparison.take(operation);
        totals.operations += operations.length;
        totals.answers += comparison.compared();
        await close();
      };
      await fc.assert(fc.asyncProperty(sequences, run), {
        seed,
        ...(DIFFERENTIAL_PATH && { path: DIFFERENTIAL_PATH }),
        numRuns: Math.ceil(wanted / perSequence),
        interruptAfterTimeLimit: withinMs,
        markInterruptAsFailure: true,
      });
      console.log(`seed ${seed}: ${totals.operations} random operations, ${totals.answers} answers compared`);
      expect(totals.answers).toBeGreaterThan(0);
    },
    withinMs + 30_000,
  );
});
