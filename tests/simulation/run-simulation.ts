import type { AllowanceDocument } from "../../shared/allowances/allowance-document.ts";
import { sweepAllowances } from "../../shared/allowances/sweep-allowances.ts";
import { terminalStatuses } from "../../shared/api/task-type.ts";
import { createLog } from "../../shared/core/log.ts";
import { countDocuments, type DocumentCounts } from "../../shared/platform/count-documents.ts";
import type { Documents } from "../../shared/platform/documents.ts";
import { openEmbeddedDocuments } from "../../shared/platform/embedded/documents.ts";
import { sweep } from "../../shared/queue/sweep.ts";
import type { TaskDocument } from "../../shared/tasks/task-document.ts";
import { startClients } from "./clients.ts";
import { createDice, type Dice } from "./dice.ts";
import { createFaults, type FaultCounts, type Faults } from "./faults.ts";
import { createFleet, type Fleet } from "./fleet.ts";
import { createHistory, type Entry, type History } from "./history.ts";
import type { Mutation } from "./mutation.ts";
import { startOperators, toLastResume } from "./operators.ts";
import { isFaultFree, type Scenario, type TaskPlan } from "./scenario.ts";
import { createEventBroker } from "./simulated-events.ts";
import { createVendor } from "./simulated-vendor.ts";
import { createWakeService } from "./simulated-wakes.ts";
import { createWorld, type World } from "./world.ts";

/** What came of a scenario. */
export type Run = {
  scenario: Scenario;
  isFaultFree: boolean;
  epochMs: number;
  entries: Entry[];
  /** All tasks as the store holds them at the end, by id. */
  tasks: Map<string, TaskDocument>;
  /** The allowances once nobody is there any more and all that they left behind is swept. */
  allowances: AllowanceDocument[];
  /** What all but the sweep did to the store, by collection. */
  counts: Map<string, DocumentCounts>;
  faults: FaultCounts;
  steps: number;
  /** When the last task had ended, or how long was waited for it. */
  endedAtMs: number;
};

/** How long after the last fault everything must have ended. */
export const patienceMs = 45 * 60_000;
/** How long is watched after the last task has ended: stale workers come back, the sweep repairs what it finds. */
const quietMs = 250_000;
const sweepEveryMs = 60_000;

const hour = 3_600_000;
/** Sequence numbers rise within a process: each simulation of it happens on later days than the one before. */
let nextEpochMs = Date.parse("2026-01-01T03:00:00.000Z");

/** Runs the product's own code through a scenario. The same scenario always takes the same course. */
export async function runSimulation(scenario: Scenario, mutation?: Mutation): Promise<Run> {
  const epochMs = nextEpochMs;
  nextEpochMs += 6 * hour;
  const world = createWorld();
  const history = createHistory(world.now);
  const faults = createFaults(scenario.faults, world);
  const clock = { now: () => epochMs + world.now(), elapsed: world.now, after: world.after };
  const log = createLog(() => {});
  const { documents: store } = await openEmbeddedDocuments({ clock, log });
  const counted = countDocuments(store);
  const dice = createDice(scenario.seed, "run");
  const blobs = new Map();
  const wakeService = createWakeService({
    ...{ world, faults, history, epochMs, slotMs: scenario.slotMs },
    dice: dice.fork("wakes"),
    findWorker(own) {
      const member = fleet.find("worker", own);
      return member && { instance: member.instance, handleWake: member.conea.runner.handleWake };
    },
  });

  const fleet = createFleet({
    ...{ scenario, mutation, world, faults, history, epochMs, blobs },
    dice: dice.fork("fleet"),
    ...{ store, counted: counted.documents },
    broker: createEventBroker({ world, faults, history, dice: dice.fork("events") }),
    vendor: createVendor({ world, faults, history, dice: dice.fork("vendor") }),
    wakeService,
  });
  startClients({ scenario, world, fleet, history, dice: dice.fork("clients"), epochMs, blobs });
  startOperators({
    ...{ scenario, world, fleet, history, wakes: wakeService },
    dice: dice.fork("operators"),
  });
  startSweeps({ world, fleet, history, faults, dice: dice.fork("sweeps"), mutation });
  const endedAtMs = await watchRejections(history, () => runToEnd(world, history, scenario));

  return {
    ...{ scenario, epochMs, endedAtMs, counts: counted.counts, faults: faults.counts },
    isFaultFree: isFaultFree(scenario),
    entries: history.entries,
    allowances: await readAllowances(store, epochMs + world.now()),
    tasks: await readTasks(store),
    steps: world.steps(),
  };
}

/** A rejection that nobody handles ends a process of Node; here it becomes part of the history. */
async function watchRejections<T>(history: History, run: () => Promise<T>): Promise<T> {
  const note = (reason: unknown) => history.record({ kind: "unhandled", error: String(reason) });
  process.on("unhandledRejection", note);
  try {
    return await run();
  } finally {
    process.off("unhandledRejection", note);
  }
}

type SweepParts = {
  world: World;
  fleet: Fleet;
  history: History;
  faults: Faults;
  dice: Dice;
  mutation: Mutation | undefined;
};

/** Once a minute, whoever is there sweeps; at times nobody does, or two at once. */
function startSweeps(parts: SweepParts): void {
  const { world, faults, dice } = parts;
  const tick = () => {
    if (!faults.strikes("sweep_skipped", dice)) sweepOnce(parts);
    if (faults.strikes("sweep_twice", dice)) sweepOnce(parts);
    world.after(sweepEveryMs, tick);
  };
  world.after(dice.between(0, sweepEveryMs), tick);
}

function sweepOnce({ fleet, history, dice, mutation }: SweepParts): void {
  const member = fleet.find("sweeper", dice);
  if (!member) return;
  const { instance, conea } = member;
  const run = mutation?.sweep ?? sweep;
  instance.enter(() => {
    run(conea).then(
      () => history.record({ kind: "swept", by: instance.name }),
      (error) => history.record({ kind: "noted", what: `sweep failed: ${String(error)}`, by: instance.name }),
    );
  });
}

/** Lets everything end, then watches whether it stays so. Resolves to the time at which the last task had ended. */
async function runToEnd(world: World, history: History, scenario: Scenario): Promise<number> {
  const open = trackOpenTasks(history);
  const busyUntilMs = Math.max(
    scenario.faults.untilMs,
    ...scenario.tasks.map(lastAction),
    ...lastChores(scenario),
    ...scenario.chores.map(({ atMs, forMs }) => atMs + forMs + 10_000),
  );
  await world.run(busyUntilMs);
  const latestMs = busyUntilMs + patienceMs;
  let endedAtMs = world.now();
  do {
    while (open() > 0 && world.now() < latestMs) await world.run(world.now() + 1_000);
    endedAtMs = world.now();
    await world.run(endedAtMs + quietMs);
    // A process that stood still with a client's request may have brought something new meanwhile.
  } while (open() > 0 && world.now() < latestMs);
  return endedAtMs;
}

/** When the last thing happens that a client does by itself. */
function lastAction({ atMs, cancelAfterMs = 0, replayAfterMs = 0 }: TaskPlan): number {
  return atMs + Math.max(cancelAfterMs, replayAfterMs + 20_000);
}

function lastChores(scenario: Scenario): number[] {
  return scenario.chores.some(({ what }) => what === "pause") ? [toLastResume(scenario) + 10_000] : [];
}

/** How many tasks have not ended, as far as the history goes. */
function trackOpenTasks({ entries }: History): () => number {
  const open = new Set<string>();
  let read = 0;
  return () => {
    for (; read < entries.length; read++) {
      const entry = entries[read];
      if (entry?.kind !== "committed") continue;
      for (const { id, after } of entry.tasks) {
        if (after && !terminalStatuses.has(after.status)) open.add(id);
        else open.delete(id);
      }
    }
    return open.size;
  };
}

/** Nothing fails here: what a sweep leaves open is nobody's any more. */
async function readAllowances(store: Documents, now: number): Promise<AllowanceDocument[]> {
  const clock = { now: () => now, elapsed: () => 0, after: () => () => undefined };
  const events = { publish: async () => undefined };
  const deps = { documents: store, clock, events, random: () => 0.5, log: createLog(() => undefined) };
  await sweepAllowances(deps, { orphans: true });
  return (await store.query<AllowanceDocument>({ collection: "allowances" })).map(({ data }) => data);
}

async function readTasks(store: Documents): Promise<Map<string, TaskDocument>> {
  const found = await store.query<TaskDocument>({ collection: "tasks" });
  return new Map(found.map(({ id, data }) => [id, data]));
}
