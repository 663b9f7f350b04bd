import type { AllowanceDocument } from "../../shared/allowances/allowance-document.ts";
import type { Reserved } from "../../shared/allowances/allowances.ts";
import { limitPath } from "../../shared/allowances/limit-document.ts";
import { AllowancesConfig } from "../../shared/config/allowances-config.ts";
import { createLog } from "../../shared/core/log.ts";
import type { Documents } from "../../shared/platform/documents.ts";
import { openEmbeddedDocuments } from "../../shared/platform/embedded/documents.ts";
import { createDice, type Dice } from "../simulation/dice.ts";
import { createFaults } from "../simulation/faults.ts";
import { createHistory } from "../simulation/history.ts";
import { createWorld, type World } from "../simulation/world.ts";
import { createMember, type Member } from "./member.ts";
import type { Story } from "./story.ts";
import { type Watched, watchStore } from "./watch-store.ts";

/** A break put on from outside, to show that the checks see it. */
export type Break = {
  name: string;
  documents?: (documents: Documents) => Documents;
  /** What whoever uses allowances does wrong. */
  misuse?: "gives back what may exist" | "creates late" | "notes twice";
};

export type Outcome = Watched & {
  story: Story;
  allowances: Map<string, AllowanceDocument>;
  reservations: number;
  refusals: Map<string, number>;
  published: Map<string, number>;
  tasks: Map<string, TaskRecord>;
  world: World;
  /** Events that nobody has published. */
  left: string[];
  unhandled: string[];
};

/** What really happened to a task, whoever knows of it. */
export type TaskRecord = { reserved: readonly Reserved[]; cost: number; tokens: number };

export type Tale = {
  story: Story;
  world: World;
  watched: Watched;
  store: Documents;
  config: AllowancesConfig;
  epochMs: number;
  isFaulty: () => boolean;
  isStormy: () => boolean;
  broken: Break | undefined;
  published: Map<string, number>;
  refusals: Map<string, number>;
  tasks: Map<string, TaskRecord>;
  /** Requests that were let through, less those that were given back. */
  count(requests: number): void;
};

const sweepEveryMs = 60_000;
/** Ten minutes before an hour ends, so that some stories go on into the next. */
const epochMs = Date.parse("2026-01-31T23:50:00.000Z");

/** Runs the product's allowances through a story. The same story always takes the same course. */
export async function runStory(story: Story, broken?: Break): Promise<Outcome> {
  const world = createWorld();
  const clock = { now: () => epochMs + world.now(), elapsed: world.now, after: world.after };
  const { documents: store } = await openEmbeddedDocuments({ clock, log: createLog(() => {}) });
  const watched = watchStore(store);
  const dice = createDice(story.seed, "run");
  const config = AllowancesConfig.parse({ roles: { user: story.user }, tenant: story.tenant });
  let reservations = 0;
  const tale: Tale = {
    ...{ story, world, watched, config, epochMs, broken },
    store: watched.documents,
    isFaulty: () => story.hasFaults && world.now() < story.busyMs + 60_000,
    isStormy: () => isWithin(story.storm, world.now()),
    published: new Map(),
    refusals: new Map(),
    tasks: new Map(),
    count: (requests) => {
      reservations += requests;
    },
  };
  const unhandled: string[] = [];
  const note = (reason: unknown) => void unhandled.push(String(reason));
  process.on("unhandledRejection", note);
  const fleet = createFleet(tale, dice.fork("fleet"));
  startRequests(tale, fleet, dice.fork("requests"));
  startSweeps(tale, fleet, dice.fork("sweeps"));
  startChange(tale);
  await world.run(story.busyMs + 20 * 60_000);
  await fleet.shutDown();
  await world.run(world.now() + 30 * 60_000);
  process.off("unhandledRejection", note);
  const all = await store.query<AllowanceDocument>({ collection: "allowances" });
  return {
    ...watched,
    ...{ story, world, reservations, unhandled },
    ...{ refusals: tale.refusals, published: tale.published, tasks: tale.tasks },
    allowances: new Map(all.map(({ id, data }) => [id, data])),
    left: (await store.query({ collection: "allowanceEvents" })).map(({ id }) => id),
  };
}

type Fleet = { pick(dice: Dice): Member; shutDown(): Promise<void> };

/** Whoever dies is replaced. */
function createFleet(tale: Tale, dice: Dice): Fleet {
  const history = createHistory(tale.world.now);
  const instanceChances = tale.story.hasFaults
    ? {
        crash_before_call: 0.002,
        crash_after_call: 0.002,
        clock_shift: 0.002,
        slow_there: 0.01,
        slow_back: 0.01,
        stall: 0.001,
      }
    : {};
  const plan = { chances: instanceChances, storms: [], untilMs: tale.story.busyMs + 60_000 };
  const faults = createFaults(plan, tale.world);
  let born = 0;
  const start = (): Member => {
    born += 1;
    const name = `i${born}`;
    return createMember(tale, { name, faults, history, dice: dice.fork(name) });
  };
  const members = Array.from({ length: tale.story.instances }, start);
  return {
    pick(by) {
      const at = by.between(0, members.length - 1);
      let member = members[at];
      if (!member?.instance.isAlive()) {
        member = start();
        members[at] = member;
      }
      return member;
    },
    async shutDown() {
      for (const { instance, allowances } of members)
        if (instance.isAlive()) instance.enter(() => void allowances.drain());
    },
  };
}

function startRequests({ story, world, isFaulty }: Tale, fleet: Fleet, dice: Dice): void {
  for (let index = 0; index < story.requests; index++) {
    // Half of them come in crowds.
    const at = dice.chance(0.5)
      ? dice.between(0, story.busyMs)
      : Math.floor(dice.between(0, story.busyMs) / 60_000) * 60_000 + dice.between(0, 300);
    world.after(at, () => {
      const member = fleet.pick(dice);
      if (isFaulty() && dice.chance(0.005)) member.instance.stall(dice.between(60_000, 15 * 60_000));
      member.instance.enter(() => member.submit(`t${index}`));
    });
  }
  // Workers look for what is to be done, whoever brought it.
  const work = () => {
    const member = fleet.pick(dice);
    member.instance.enter(() => member.work());
    world.after(dice.between(100, 2_000), work);
  };
  for (let index = 0; index < Math.min(8, story.instances + 1); index++) work();
}

function startSweeps({ world }: Tale, fleet: Fleet, dice: Dice): void {
  const tick = () => {
    for (let times = dice.pick([1, 1, 1, 2]); times > 0; times--) {
      const member = fleet.pick(dice);
      member.instance.enter(() => member.sweep());
    }
    world.after(sweepEveryMs, tick);
  };
  tick();
}

function startChange({ story, world, store }: Tale): void {
  const { change } = story;
  if (!change) return;
  world.after(change.atMs, () => {
    const whose = { tenant: "acme", scope: "tenant" as const, scopeId: "acme" };
    const data = { ...whose, limits: { micros: change.micros } };
    void store.commit([{ op: "set", path: limitPath(whose), data }]);
  });
}

function isWithin(storm: Story["storm"], now: number): boolean {
  return storm !== undefined && storm.fromMs <= now && now < storm.untilMs;
}
