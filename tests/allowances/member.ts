import type {
  Allowances,
  Ended,
  Extension,
  Reservation,
  Subject,
} from "../../shared/allowances/allowances.ts";
import { createAllowances } from "../../shared/allowances/create-allowances.ts";
import { sweepAllowances } from "../../shared/allowances/sweep-allowances.ts";
import { toEndedFields, toReservedFields } from "../../shared/allowances/to-reserved-fields.ts";
import type { Event } from "../../shared/api/events.ts";
import type { Attempt } from "../../shared/api/task.ts";
import { toTime } from "../../shared/core/clock.ts";
import { ConeaError } from "../../shared/core/conea-error.ts";
import { createLog } from "../../shared/core/log.ts";
import type { Snapshot } from "../../shared/platform/documents.ts";
import { commitMarked } from "../../shared/queue/commit-marked.ts";
import type { Dice } from "../simulation/dice.ts";
import type { Faults } from "../simulation/faults.ts";
import type { History } from "../simulation/history.ts";
import { createInstance, type Instance } from "../simulation/instance.ts";
import { addFaults } from "./faulty-store.ts";
import type { Tale } from "./run-story.ts";

/** One process that submits, runs, settles and sweeps, as the product does, with as little around it as possible. */
export type Member = {
  instance: Instance;
  allowances: Allowances;
  submit(name: string): void;
  work(): void;
  sweep(): void;
};

type Task = Omit<Ended, "attempts"> & {
  attempts: Pick<Attempt, "n" | "outcome" | "usage">[];
  mark?: string;
  leaseUntil?: string;
  notBefore?: string;
  completedAt?: string;
};

const leaseMs = 60_000;
const subject: Subject = { tenant: "acme", user: "ann", role: "user" };

export function createMember(
  tale: Tale,
  { name, faults, history, dice }: { name: string; faults: Faults; history: History; dice: Dice },
): Member {
  const { world, watched, epochMs, config, broken } = tale;
  const instance = createInstance({
    ...{ name, roles: ["api", "worker", "sweeper"], epochMs, skewMs: tale.story.hasFaults ? 120_000 : 0 },
    ...{ latencyMs: [1, 20], world, faults, history, dice },
  });
  const outside = addFaults(tale.store, { ...tale, instance });
  const documents = broken?.documents?.(outside) ?? outside;
  const events = {
    publish: (event: Event) =>
      instance.call(async () => {
        tale.published.set(event.id, (tale.published.get(event.id) ?? 0) + 1);
      }),
  };
  const deps = {
    ...{ documents, clock: instance.clock, ids: instance.ids, random: dice.next, events },
    log: createLog(() => {}),
  };
  const allowances = createAllowances({ ...deps, config });

  async function submit(label: string): Promise<void> {
    const most = dice.pick([10, 100, dice.between(1, 400)]);
    const needs = {
      requests: 1,
      activeTasks: 1,
      micros: dice.chance(0.3) ? { least: 1, most } : most,
      tokens: dice.between(1, 300),
    };
    const reservation = await allowances.reserve(subject, needs);
    tale.count(1);
    if (dice.chance(0.1))
      await new Promise<void>((done) => instance.clock.after(dice.between(1, tale.story.pauseMs), done));
    // A queue may be full by then.
    if (dice.chance(0.03)) return giveBack(reservation);
    if (!allowances.isFresh(reservation) && broken?.misuse !== "creates late") return giveBack(reservation);
    await create(label, reservation);
  }

  function giveBack(reservation: Reservation): void {
    tale.count(-1);
    allowances.giveBack(reservation);
  }

  async function create(label: string, reservation: Reservation): Promise<void> {
    const id = `${label}-${deps.ids.newId("task")}`;
    const mark = deps.ids.newId("submit");
    const isLater = dice.chance(0.2);
    const data: Task & { status: string } = {
      ...{
        id,
        status: isLater ? "scheduled" : "ready",
        cost: { known: false },
        attempts: [],
        attemptCount: 0,
        mark,
      },
      ...(isLater && { notBefore: toTime(epochMs + world.now() + dice.between(1_000, 15 * 60_000)) }),
      ...toReservedFields(reservation.reserved),
    };
    try {
      const times = await commitMarked(deps, [{ op: "create", path: `tasks/${id}`, data }], {
        mark,
        mayRepeat: () => allowances.isFresh(reservation),
      });
      if (!times) giveBack(reservation);
    } catch {
      if (broken?.misuse === "gives back what may exist") giveBack(reservation);
      else allowances.leave(reservation);
    }
  }

  /** Looks for a task, and runs or cancels it; takes back what a worker has left. */
  async function work(): Promise<void> {
    const status = dice.pick(["ready", "ready", "ready", "scheduled", "running"]);
    const found = await documents.query<Task>({
      collection: "tasks",
      where: [["status", "==", status]],
      limit: 5,
    });
    for (const snapshot of found) await handle(snapshot);
    await allowances.flush();
  }

  async function handle({ data, updateTime, path }: Snapshot<Task>): Promise<void> {
    const { status } = data;
    if (status === "running") {
      if (dice.chance(0.02)) return end(data, updateTime, { status: "cancelled" });
      if ((data.leaseUntil ?? "") > toTime(world.now() + epochMs)) return;
      // Nobody knows what the lost call has cost: at most what was reserved.
      const attempts = [...data.attempts, { n: data.attemptCount, outcome: "lost" as const }];
      return end(data, updateTime, { status: "dead", attempts, cost: { ...data.cost, known: false } });
    }
    if (data.notBefore && data.notBefore > toTime(epochMs + world.now())) return;
    if (dice.chance(0.1))
      return end(data, updateTime, {
        status: "cancelled",
        cost: data.attemptCount > 0 ? data.cost : { micros: 0, known: true },
      });
    const claim = {
      status: "running" as const,
      attemptCount: data.attemptCount + 1,
      leaseUntil: toTime(world.now() + epochMs + leaseMs),
    };
    const times = await commitOnce(path, claim, updateTime);
    if (times) await call({ ...data, ...claim }, times);
  }

  async function call(task: Task, fence: string): Promise<void> {
    const held = (measure: string) =>
      (task.reserved ?? [])
        .filter((one) => one.measure === measure)
        .reduce((sum, { amount }) => sum + amount, 0);
    const spentBefore = tale.tasks.get(task.id) ?? { reserved: [], cost: 0, tokens: 0 };
    // At most what is reserved and not used: the upper bound is one.
    const cost = dice.pick([0, 1, dice.next()]) * (held("micros") - spentBefore.cost);
    const tokens = dice.between(0, held("tokens") - spentBefore.tokens);
    const record = {
      reserved: task.reserved ?? [],
      cost: spentBefore.cost + Math.floor(cost),
      tokens: spentBefore.tokens + tokens,
    };
    tale.tasks.set(task.id, record);
    spendTruly(task, Math.floor(cost), tokens);
    await new Promise<void>((done) => instance.clock.after(dice.between(10, 20_000), done));
    const usage = { inputTokens: tokens, cachedInputTokens: 0, outputTokens: 0 };
    const attempts = [...task.attempts, { n: task.attemptCount, outcome: "failed" as const, usage }];
    const after = { ...task, attempts, cost: { micros: record.cost, known: !dice.chance(0.05) } };
    if (dice.chance(0.15) && task.attemptCount < 4) return retry(after, fence);
    await end(after, fence, { status: dice.chance(0.9) ? "succeeded" : "dead", attempts, cost: after.cost });
  }

  function spendTruly({ reserved = [] }: Task, cost: number, tokens: number): void {
    for (const allowance of new Set(reserved.filter((r) => r.measure === "micros").map((r) => r.allowance)))
      watched.spend(allowance, cost);
    for (const allowance of new Set(reserved.filter((r) => r.measure === "tokens").map((r) => r.allowance)))
      watched.spend(allowance, tokens);
  }

  /** A charged failure: what is left may not do for another attempt. */
  async function retry(task: Task, fence: string): Promise<void> {
    const extension = await allowances
      .extend(task.reserved ?? [], { micros: dice.between(0, 200), tokens: dice.between(0, 100) })
      .catch(() => undefined);
    const { attempts, cost } = task;
    if (!extension || !allowances.isFresh(extension)) {
      if (extension) allowances.giveBack(extension);
      return end(task, fence, { status: "dead", attempts, cost });
    }
    const mark = deps.ids.newId("retry");
    const fields = { status: "ready", attempts, cost, mark, ...toReservedFields(extension.reserved) };
    await settle(task, fence, fields, extension);
  }

  async function settle(
    task: Task,
    fence: string,
    fields: { mark: string },
    extension: Extension,
  ): Promise<void> {
    const path = `tasks/${task.id}`;
    const write = { op: "update" as const, path, fields, precondition: { updateTime: fence } };
    try {
      const times = await commitMarked(deps, [write], {
        mark: fields.mark,
        mayRepeat: () => allowances.isFresh(extension),
      });
      if (!times) allowances.giveBack(extension);
    } catch {
      allowances.leave(extension);
    }
  }

  async function end(task: Task, fence: string, how: Partial<Task>): Promise<void> {
    const completedAt = toTime(instance.clock.now());
    const fields = { ...how, completedAt, ...toEndedFields(task) };
    const time = await commitOnce(`tasks/${task.id}`, fields, fence);
    if (!time) return;
    allowances.note({ ...task, ...fields }, dice.chance(0.1) ? "" : time);
    if (broken?.misuse === "notes twice") allowances.note({ ...task, ...fields, id: task.id }, time);
  }

  async function commitOnce(path: string, fields: object, updateTime: string): Promise<string | undefined> {
    try {
      const [time] = await documents.commit([{ op: "update", path, fields, precondition: { updateTime } }]);
      return time;
    } catch {
      return undefined;
    }
  }

  const quietly = (run: () => Promise<unknown>) =>
    void run().catch((error) => {
      const code = error instanceof ConeaError ? error.code : String(error);
      tale.refusals.set(code, (tale.refusals.get(code) ?? 0) + 1);
    });
  return {
    ...{ instance, allowances },
    submit: (label) => quietly(() => submit(label)),
    work: () => quietly(work),
    sweep: () => quietly(() => sweepAllowances(deps)),
  };
}
