import { createDice, type Dice } from "./dice.ts";
import type { Chances, FaultKind, FaultPlan, Storm } from "./faults.ts";
import type { Chore, QueuePlan, Scenario, TaskPlan } from "./scenario.ts";

/** The scenario of a seed: the same for ever. Each part has dice of its own, so that adding to one leaves the others. */
export function toScenario(seed: number): Scenario {
  const dice = createDice(seed, "scenario");
  const shape = dice.fork("shape");
  const spanMs = shape.pick([2_000, 20_000, 60_000, 120_000]);
  const queues = toQueues(dice.fork("queues"), spanMs);
  const allInOne = shape.chance(0.25);
  const isCalm = shape.chance(0.12);
  const strictLine = dice.fork("line").chance(0.08) ? dice.fork("line length").between(1, 6) : undefined;
  const tasks = toTasks(dice.fork("tasks"), queues, spanMs);
  const purse = dice.fork("budget");
  const budgetMicros = purse.chance(0.2) ? purse.pick(budgets) : undefined;
  return {
    seed,
    name: `seed ${seed}`,
    slotMs: shape.chance(0.6) ? 250 : 0,
    skewMs: isCalm ? 0 : shape.pick([0, 50, 200, 200, 5_000]),
    latencyMs: isCalm ? [2, 5] : shape.pick(latencies),
    instances: {
      api: shape.between(1, 3) + (strictLine === undefined ? 0 : 2),
      worker: shape.between(1, 4),
      sweeper: shape.between(1, 2),
      allInOne,
    },
    breaker: {
      failures: shape.pick([3, 5, 8]),
      successes: shape.between(1, 2),
      openMs: shape.pick([5_000, 20_000, 60_000]),
      probes: shape.between(1, 2),
    },
    retry: { attempts: shape.between(1, 4), baseMs: shape.pick([100, 500, 2_000]), maxMs: 20_000 },
    queues: isCalm ? queues.map((queue) => ({ ...queue, outages: [] })) : queues,
    tasks: strictLine === undefined ? tasks : tasks.map(atWholeSecond),
    chores: [
      ...toChores(dice.fork("chores"), queues, spanMs),
      ...toUpheavals(dice.fork("upheavals"), spanMs),
    ],
    ...(strictLine !== undefined && { strictLine }),
    ...(budgetMicros !== undefined && { budgetMicros }),
    faults: isCalm ? noFaults : toFaults(dice.fork("faults"), spanMs),
  };
}

export const noFaults: FaultPlan = { chances: {}, storms: [], untilMs: 0 };

/** A task costs three million on average, and reserves ten times as much where it can: enough for few, for some, for nearly all. */
const budgets: readonly [number, ...number[]] = [5_000_000, 20_000_000, 60_000_000, 400_000_000];

type Span = readonly [least: number, most: number];
const latencies: readonly [Span, ...Span[]] = [
  [1, 5],
  [1, 10],
  [2, 50],
];
const callTimes: readonly [Span, ...Span[]] = [
  [5, 50],
  [50, 2_000],
  [500, 4_000],
  [5_000, 58_000],
];
const limits: readonly [QueuePlan["limits"], ...QueuePlan["limits"][]] = [
  {},
  { requests: ["5/s"] },
  { requests: ["20/min"] },
  { requests: ["3/s", "30/min"] },
  { requests: ["4/2s"] },
  { concurrency: 1 },
  { concurrency: 3 },
  { requests: ["5/s"], concurrency: 2 },
  { requests: ["60/min"], concurrency: 5 },
  { tokens: "5000/min" },
  { requests: ["5/s"], tokens: "8000/min" },
  // Above a thousand a rate is kept by GCRA.
  { requests: ["1200/min"] },
];

function toQueues(dice: Dice, spanMs: number): QueuePlan[] {
  return Array.from({ length: dice.between(1, 3) }, (_, index) => {
    const fromMs = dice.between(0, spanMs);
    const callMs = dice.pick(callTimes);
    const outages = dice.chance(0.15) ? [{ fromMs, untilMs: fromMs + dice.between(5_000, 90_000) }] : [];
    return {
      id: `q${index}`,
      limits: dice.pick(limits),
      totalMs: callMs[1] > 4_000 ? 60_000 : dice.pick([5_000, 20_000, 60_000]),
      // Only a call that hangs is silent for so long.
      ...(callMs[1] <= 2_000 && dice.chance(0.3) && { stalls: { firstTokenMs: 1_500, idleMs: 2_000 } }),
      callMs,
      ...toPrefill(dice.fork(`prefill ${index}`)),
      outages,
    };
  });
}

function toPrefill(dice: Dice): Pick<QueuePlan, "prefill"> {
  return dice.chance(0.6) ? { prefill: dice.chance(0.75) ? "goes on" : "refuses" } : {};
}

function toTasks(dice: Dice, queues: QueuePlan[], spanMs: number): TaskPlan[] {
  const count = dice.pick([5, 10, 20, 30, 40]);
  const isBurst = dice.chance(0.4);
  const isImpatient = dice.fork("impatience").chance(0.15);
  const isRouted = queues.length > 1 && dice.fork("routes").chance(0.35);
  const ids = queues.map(({ id }) => id);
  return Array.from({ length: count }, (_, index) => {
    const own = dice.fork(String(index));
    const queue = ids[own.between(0, ids.length - 1)] ?? "q0";
    const task = toTask(own, `t${index}`, { queue, spanMs, isBurst });
    const routed = isRouted ? withFallbacks(task, own.fork("route"), ids) : task;
    return isImpatient ? withQuickCancel(routed, own.fork("impatience")) : routed;
  });
}

/** Some may go elsewhere; these are streamed more often, so that there is something to go on from. */
function withFallbacks(task: TaskPlan, dice: Dice, ids: string[]): TaskPlan {
  const others = ids.filter((id) => id !== task.queue && dice.chance(0.8));
  if (others.length === 0 || !dice.chance(0.5)) return task;
  const stream = task.stream || dice.chance(0.5);
  return { ...task, fallbacks: others, stream, follow: task.follow || (stream && dice.chance(0.3)) };
}

/** Many at the same moment, which is when a strictly counted line may be outgrown. */
function atWholeSecond(task: TaskPlan): TaskPlan {
  return { ...task, atMs: Math.floor(task.atMs / 2_000) * 2_000 };
}

type Around = { queue: string; spanMs: number; isBurst: boolean };

function toTask(dice: Dice, label: string, { queue, spanMs, isBurst }: Around): TaskPlan {
  const atMs = isBurst ? dice.between(0, 500) : dice.between(0, spanMs);
  const hasKey = dice.chance(0.5);
  return {
    label,
    atMs,
    queue,
    priority: dice.pick([0, 5, 5, 5, 9]),
    stream: dice.chance(0.15),
    ...(hasKey && { key: `key-${label}` }),
    copies: hasKey && dice.chance(0.3) ? dice.between(2, 3) : 1,
    ...(dice.chance(0.1) && { notBeforeMs: atMs + dice.between(-1_000, 40_000) }),
    ...(dice.chance(0.08) && { expiresInSeconds: dice.between(1, 60) }),
    ...(dice.chance(0.06) && { upload: dice.pick(["present", "present", "missing"] as const) }),
    ...(dice.chance(0.12) && { waitMs: dice.between(500, 30_000) }),
    follow: dice.chance(0.05),
    ...(dice.chance(0.15) && {
      cancelAfterMs: dice.chance(0.5) ? dice.between(0, 400) : dice.between(0, 30_000),
    }),
    ...(dice.chance(0.12) && { replayAfterMs: dice.between(0, 150_000) }),
    ...(dice.chance(0.03) && { replayQueue: "q0" }),
    ...(dice.chance(0.06) && {
      reprioritise: { afterMs: dice.between(0, 5_000), priority: dice.between(0, 9) },
    }),
  };
}

/** Most clients think better of it just when their tasks are about to start. */
function withQuickCancel(task: TaskPlan, dice: Dice): TaskPlan {
  return dice.chance(0.6) ? { ...task, cancelAfterMs: dice.between(0, 600) } : task;
}

function toChores(dice: Dice, queues: QueuePlan[], spanMs: number): Chore[] {
  return queues.flatMap(({ id }) => {
    if (!dice.chance(0.15)) return [];
    const what = dice.pick(["pause", "pause", "reset", "recover"] as const);
    return [{ atMs: dice.between(0, spanMs), queue: id, what, forMs: dice.between(100, 60_000) }];
  });
}

function toUpheavals(dice: Dice, spanMs: number): Chore[] {
  const at = (forMs: number) => ({ atMs: dice.between(0, spanMs + 30_000), queue: "all", forMs });
  return [
    ...(dice.chance(0.08) ? [{ what: "replay" as const, ...at(dice.between(0, 5_000)) }] : []),
    ...(dice.chance(0.04) ? [{ what: "disaster" as const, ...at(dice.between(1_000, 60_000)) }] : []),
  ];
}

/** The usual chance of each fault, where a scenario has it. */
const usual: Required<Chances> = {
  crash_before_call: 0.01,
  crash_after_call: 0.01,
  shutdown: 0.3,
  stall: 0.008,
  clock_shift: 0.02,
  slow_there: 0.03,
  slow_back: 0.03,
  read_failed: 0.03,
  commit_failed: 0.04,
  commit_conflict: 0.08,
  commit_unknown_done: 0.05,
  commit_unknown_undone: 0.05,
  listener_late: 0.2,
  blob_failed: 0.2,
  wake_failed: 0.1,
  wake_failed_done: 0.1,
  wake_lost: 0.15,
  wake_twice: 0.2,
  wake_late: 0.1,
  publish_failed: 0.08,
  publish_failed_done: 0.08,
  event_twice: 0.2,
  event_late: 0.2,
  sweep_skipped: 0.2,
  sweep_twice: 0.3,
  call_hangs: 0.04,
  call_deaf: 0.03,
  call_late: 0.05,
  call_cut: 0.2,
  call_rate_limited: 0.08,
  call_rate_limited_for: 0.08,
  call_overloaded: 0.15,
  call_timeout: 0.08,
  call_connection: 0.08,
  call_unknown: 0.05,
  call_refused: 0.04,
  call_broken: 0.04,
};

const stormy: readonly [FaultKind, ...FaultKind[]] = [
  "commit_conflict",
  "commit_unknown_done",
  "commit_unknown_undone",
  "commit_failed",
  "read_failed",
  "publish_failed",
  "wake_lost",
  "crash_after_call",
  "call_overloaded",
  "call_rate_limited_for",
];

/** Most seeds mix all kinds; some have one side of the world fail alone, which shows best what that does. */
const sides: readonly [RegExp, ...RegExp[]] = [
  /./,
  /./,
  /./,
  /^call_/,
  /^call_/,
  /^(commit|read|slow)_/,
  /^(crash|stall|shutdown|clock|slow_back)/,
  /^(wake|event|publish|sweep)_/,
];

/** Calls fail, and what becomes of them cannot be published: their queue must hear of it nevertheless. */
const callsAndPublisher = /^(call|publish)_/;

function toFaults(dice: Dice, spanMs: number): FaultPlan {
  const usualSide = dice.pick(sides);
  const side = dice.fork("untold").chance(0.08) ? callsAndPublisher : usualSide;
  const kinds = (Object.keys(usual) as FaultKind[]).filter((kind) => side.test(kind));
  const share = side.test("nothing of one side") ? dice.pick([0.05, 0.1, 0.25, 0.6]) : dice.pick([0.3, 0.7]);
  const strength = dice.pick([0.3, 1, 1, 2.5]);
  const chosen = kinds.filter(() => dice.chance(share));
  const chances = Object.fromEntries(chosen.map((kind) => [kind, Math.min(0.5, usual[kind] * strength)]));
  const storms = toStorms(dice, spanMs).filter(({ kind }) => side.test(kind));
  return { chances, storms, untilMs: spanMs + dice.between(10_000, 120_000) };
}

function toStorms(dice: Dice, spanMs: number): Storm[] {
  return Array.from({ length: dice.pick([0, 0, 1, 2]) }, () => {
    const fromMs = dice.between(0, spanMs);
    const kind = dice.pick(stormy);
    const chance = kind === "crash_after_call" ? 0.1 : dice.pick([0.3, 0.8]);
    return { kind, fromMs, untilMs: fromMs + dice.between(200, 10_000), chance };
  });
}
