import { afterAll, beforeAll, expect, it } from "vitest";
import { describeOnEmulators } from "../../emulators/describe-on-emulators.ts";
import { type Bundles, buildBundles } from "../start-bundle.fixture.ts";
import { findViolations } from "./find-violations.ts";
import { killWorkers } from "./kill-workers.ts";
import { mostInFlight, mostStarts } from "./measure-calls.ts";
import { openWorld, type World } from "./open-world.ts";
import { startSchedule } from "./start-schedule.ts";
import { submitLoad } from "./submit-load.ts";
import { toFigures } from "./to-figures.ts";

/** CONEA_SEED decides what is submitted, what goes wrong at the vendor and in Cloud Tasks, and which moments kill. */
const seed = Number(process.env.CONEA_SEED ?? 1);
const count = 1_000;
const kills = 10;
const limits = {
  "by-rate": { requests: "20/s" },
  "by-places": { concurrency: 20 },
  "by-both": { requests: "15/s", concurrency: 12 },
};
/** Half of the tasks goes to the first, a third to the second. */
const queues = ["by-rate", "by-rate", "by-rate", "by-places", "by-places", "by-both"] as const;
/** The workers before this one are killed in turn; it is frozen once, until others have done its work. */
const frozen = 2;
const frozenAtCall = 150;
const sweepEveryMs = 3_000;
/** Half a minute for the last lease that a kill leaves behind, a minute until a sweep doubts a silent claim, and room. */
const endWithinMs = 150_000;

describeOnEmulators(["firestore", "pubsub"], "a thousand tasks on Google's parts", () => {
  let bundles: Bundles;
  let world: World;
  beforeAll(async () => {
    bundles = await buildBundles();
    world = await openWorld({
      bundles,
      limits,
      config: { retry: { attempts: 6 }, breaker: { openMs: 2_000 } },
      totalMs: 2_000,
      workers: frozen + 1,
      mood: { seed, failing: 0.02, limiting: 0.004, cutting: 0.02 },
      tasks: { seed, lateUpToMs: 10_000, duplicateWithinMs: 10_000 },
      eventsAgain: 0.02,
    });
  }, 120_000);
  afterAll(async () => {
    await world?.close();
    await bundles?.close();
  }, 30_000);

  async function freezeWorker(): Promise<void> {
    await world.vendor.until(() => world.vendor.calls.length >= frozenAtCall, endWithinMs);
    world.workers.freeze(frozen);
  }

  it("end once each while workers are killed, with every limit kept", { timeout: 300_000 }, async () => {
    const { vendor, events, workers, api } = world;
    const startedAt = performance.now();
    const sweeps = startSchedule(world.sweepUrl, sweepEveryMs);
    const [submitted] = await Promise.all([
      submitLoad(api, { seed, count, queues }),
      killWorkers(world, { seed, times: kills, among: frozen, withinMs: endWithinMs }),
      freezeWorker(),
    ]);
    const areTold = await events.until(() => submitted.every(({ id }) => events.hasEnded(id)), endWithinMs);
    const seconds = Math.round((performance.now() - startedAt) / 1_000);
    await workers.thaw(frozen);
    await sweeps.stop();
    const tasks = await api.tasks();
    const { calls } = vendor;
    const of = (queue: string) => calls.filter((call) => call.queue === queue);
    const startsInASecond = {
      "by-rate": mostStarts(of("by-rate"), 1_000),
      "by-both": mostStarts(of("by-both"), 1_000),
    };
    const inFlight = { "by-places": mostInFlight(of("by-places")), "by-both": mostInFlight(of("by-both")) };
    const figures = toFigures({ tasks, calls, events, sweeps: sweeps.answers });
    const lateOutcomes = world.logs().split("late outcome kept apart").length - 1;
    console.info({ seed, kills, seconds, ...figures, lateOutcomes, startsInASecond, inFlight });

    expect.soft(findViolations({ submitted, tasks, calls, events })).toEqual([]);
    expect.soft([submitted.length, tasks.length, areTold]).toEqual([count, count, true]);
    expect.soft(startsInASecond["by-rate"]).toBeLessThanOrEqual(20);
    expect.soft(startsInASecond["by-both"]).toBeLessThanOrEqual(15);
    expect.soft(inFlight["by-places"]).toBeLessThanOrEqual(20);
    expect.soft(inFlight["by-both"]).toBeLessThanOrEqual(12);
    expect(new Set(sweeps.answers)).toEqual(new Set(["200"]));
  });
});
