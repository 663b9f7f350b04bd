import type { ConeaConfig } from "../config/conea-config.ts";
import { sleep } from "../core/clock.ts";
import { toErrorField } from "../core/log.ts";
import type { SpanOptions } from "../core/span.ts";
import { inTraceOf } from "../core/trace.ts";
import type { Wake } from "../platform/wakes.ts";
import { isUrgent, isWarning } from "../queue/apply-reports.ts";
import type { BreakerEventDeps } from "../queue/breaker-events.ts";
import type { Claim, Claimed, ClaimRequest } from "../queue/claim-tasks.ts";
import { createClaimer } from "../queue/create-claimer.ts";
import type { Newcomer } from "../queue/newcomers.ts";
import { promoteDue } from "../queue/promote-due.ts";
import { claimKey, type Queue } from "../queue/queue-document.ts";
import { divertWaiting } from "../routing/divert-waiting.ts";
import type { RestingQueues } from "../routing/resting-queues.ts";
import { type Gathered, gatherClaims } from "./gather-claims.ts";
import { createLooks } from "./plan-looks.ts";
import { type RunDeps, runClaimed } from "./run-claimed.ts";
import type { Start } from "./start.ts";
import type { TaskDocument } from "./task-document.ts";
import { publishRecent } from "./task-events.ts";
import type { AbortReason } from "./to-outcome.ts";

/** The most tasks one claim takes. */
const largestClaim = 100;
/** How long one wake's handler goes on claiming for a queue of which every end matters. */
const longestShiftMs = 60_000;

/** How soon a queue must hear of the end of a claim: it changes what others may do, it makes room, or neither. */
type Urgency = "now" | "soon" | "whenever";

/** One wake's handler: until when it goes on claiming, and the time that wake was asked for. */
type Shift = { until: number; wokenAt: number };

export type Runner = {
  /** Does what a wake asks: promotes what is due, claims what it may and runs it. Resolves when that is settled. */
  handleWake(wake: Wake): Promise<void>;
  /**
   * Claims the task now if it is the head of its line and a permit is free, and runs it behind. Otherwise a worker is woken.
   * Resolves once that is decided, and never rejects.
   */
  startNow(task: { id: string; queue: string }): Promise<void>;
  /** For one task that is about to be kept, by somebody who waits for it here. */
  openStart(): Start;
  /** Aborts what a claim of a task has begun if this process runs it, and says whether it does. */
  abort(claim: Pick<TaskDocument, "id" | "epoch">): boolean;
  /** Claims nothing more, gives running calls `graceMs` to end, then hands the rest back to the line. */
  drain(graceMs: number): Promise<void>;
};

export type RunnerDeps = RunDeps & BreakerEventDeps & { resting: RestingQueues };

/** The part of a process that claims and runs tasks. It runs about `capacity` at a time at most. */
export function createRunner(given: RunnerDeps, capacity = 200): Runner {
  const deps: RunnerDeps = { ...given, goesOnHere };
  const claimer = createClaimer(deps);
  const looks = createLooks(deps);
  /** By claim: a task that was taken back may be claimed anew before the end of its first call. */
  const running = new Map<string, { controller: AbortController; done: Promise<void> }>();
  /** Queues this process would have claimed from, had it had room. */
  const waiting = new Set<string>();
  /** Queues whose provider was opened here. */
  const loaded = new Set<string>();
  /** The claim of a queue that is under way. */
  const claiming = new Map<string, Promise<unknown>>();
  /** Queues at which a look waits for that claim to end: it tells what all have to tell by then. */
  const looking = new Set<string>();
  /** Tasks whose next attempt this process has taken upon itself. */
  const goingOn = new Set<string>();
  const claimGathered = gatherClaims(deps.clock, tryClaim);
  let draining = false;

  async function claim(
    queue: Queue,
    only?: Pick<ClaimRequest, "only" | "newcomers">,
  ): Promise<Pick<Claim, "claimed" | "lookAgainAt" | "readAt" | "isResting">> {
    const atMost = draining ? 0 : Math.min(largestClaim, capacity - running.size);
    if (atMost < 1) {
      waiting.add(queue.id);
      await claimer.tell(queue);
      return { claimed: [], readAt: 0, isResting: false };
    }
    if (!loaded.has(queue.id)) await load(queue.id);
    const claiming = claimer.claim(queue, { atMost, ...only });
    note(queue, claiming);
    const claim = await claiming;
    if (claim.reported) deps.resting.told(queue.id);
    if (claim.claimed.length > 0) looks.note(queue);
    for (const task of claim.expired) void publishExpired(task);
    return claim;
  }

  /** Permits are short-lived: what a first call loads is loaded before. Without its provider a task still gets its answer. */
  async function load(queueId: string): Promise<void> {
    await deps.providers.open(queueId).then(
      () => loaded.add(queueId),
      () => undefined,
    );
  }

  function note({ id }: Queue, claim: Promise<unknown>): void {
    const end = () => {
      if (claiming.get(id) === ended) claiming.delete(id);
    };
    const ended: Promise<void> = claim.then(end, end);
    claiming.set(id, ended);
  }

  /** Nothing where the store fails: the task is safe, and a worker will look. */
  async function tryClaim(queueId: string, wanted: ReadonlySet<string | Newcomer>): Promise<Gathered> {
    const queue = toQueue(deps.config, queueId);
    const only = new Set([...wanted].filter((one) => typeof one === "string"));
    const newcomers = [...wanted].filter((one) => typeof one !== "string");
    try {
      const asked = { only, newcomers };
      const { claimed, isResting } = queue ? await claim(queue, asked) : { claimed: [], isResting: false };
      return { queue, isResting, claims: new Map(claimed.map((one) => [one.task.id, one])) };
    } catch (error) {
      for (const taskId of [...only, ...newcomers.map(({ task }) => task.id)])
        deps.log.warn("a task is left to the workers", { taskId, ...toErrorField(error) });
      return { queue, isResting: false, claims: new Map(), error };
    }
  }

  /** A caller waits here for a task that is another candidate's now. */
  function goesOnHere({ id, status, route }: TaskDocument): boolean {
    const isWanted = route !== undefined && status === "ready" && !draining && deps.live.isFollowed(id);
    if (isWanted) goingOn.add(id);
    return isWanted;
  }

  /** The mark stays on the task until its event is known to be published: the sweep does what fails here. */
  async function publishExpired(task: TaskDocument): Promise<void> {
    await publishRecent(deps, task, 1).catch((error) =>
      deps.log.warn("event left to the sweep", { taskId: task.id, ...toErrorField(error) }),
    );
    deps.allowances.note(task, "");
  }

  /** Runs a claim to its end. Resolves to how soon its queue must be told. */
  function start(queue: Queue, claimed: Claimed): Promise<Urgency> {
    const controller = new AbortController();
    const { id: taskId, attemptCount } = claimed.task;
    deps.live.begin(claimed.task);
    const run = () => runClaimed(deps, claimed, { queue, controller });
    const ended = inTraceOf(claimed.task.traceparent, toAttemptSpan(claimed.task), run).then(
      ({ report, isReturned, settled }): Urgency => {
        claimer.keep(queue, report);
        claimer.learn(queue, claimed, isReturned);
        if (settled && goingOn.delete(taskId)) void startNow(settled);
        if (isWarning(report)) return "now";
        return claimed.tellAtOnce || isUrgent(report, queue) ? "soon" : "whenever";
      },
      (error): Urgency => {
        deps.log.error("a claim was left to its lease", { taskId, ...toErrorField(error) });
        return "whenever";
      },
    );
    const key = claimKey(claimed.task);
    const done = ended.then(() => {
      deps.live.forget(taskId, attemptCount);
      finish(key);
    });
    running.set(key, { controller, done });
    return ended;
  }

  function finish(claim: string): void {
    running.delete(claim);
    for (const queue of draining ? [] : waiting) void claimer.wake(queue);
    waiting.clear();
  }

  async function work(queue: Queue, shift: Shift): Promise<void> {
    const { claimed, lookAgainAt, readAt, isResting } = await claim(queue);
    // The calls start first: their permits are young, and a wake may take its time.
    const runs = claimed.map(async (one) => {
      const urgency = await start(queue, one);
      // What this process knows changes what may be claimed: it tells with a claim of its own.
      if (urgency === "now") await lookAgain(queue, shift);
      if (urgency === "soon") await looks.plan(queue, 0, () => lookAgain(queue, shift));
    });
    // Who has just claimed looks again itself; who found no room leaves it to one wake for all.
    const looksHere =
      lookAgainAt !== undefined && claimed.length > 0 && looks.isNear(lookAgainAt) && isOnShift(shift);
    if (looksHere) runs.push(looks.plan(queue, lookAgainAt, () => lookAgain(queue, shift)));
    if (isResting) runs.push(divertWaiting(deps, queue.id).then(() => undefined));
    const ended = Promise.all(runs);
    // It is awaited below; without this a failure before then would count as unhandled.
    ended.catch(() => undefined);
    if (lookAgainAt !== undefined && !looksHere)
      await claimer.wake(queue.id, lookAgainAt, Math.max(shift.wokenAt, readAt));
    await ended;
  }

  async function tell(queue: Queue): Promise<void> {
    await claimer.tell(queue);
    deps.resting.told(queue.id);
  }

  const isOnShift = ({ until }: Shift) => deps.clock.now() < until && !draining;

  async function lookAgain(queue: Queue, shift: Shift): Promise<void> {
    if (looking.has(queue.id)) return;
    looking.add(queue.id);
    for (let claim = claiming.get(queue.id); claim; claim = claiming.get(queue.id)) await claim;
    looking.delete(queue.id);
    if (isOnShift(shift)) return work(queue, shift);
    await tell(queue);
    await claimer.wake(queue.id);
  }

  async function startNow(task: { id: string; queue: string }): Promise<void> {
    return startOrLeave(task, await claimGathered(task.queue, task.id));
  }

  /** Runs a task if it was claimed, and otherwise has somebody look for whom it may be. */
  async function startOrLeave(
    task: { id: string; queue: string },
    { queue, claims, isResting }: Gathered,
  ): Promise<void> {
    const head = claims.get(task.id);
    if (queue && head) {
      // Whoever asked for the same task meanwhile must not start it too.
      claims.delete(task.id);
      void start(queue, head).then((urgency) => (urgency === "whenever" ? undefined : tell(queue)));
      return;
    }
    const diverted = isResting ? await divertWaiting(deps, task.queue) : [];
    const moved = diverted.find(({ id }) => id === task.id);
    // It went to a queue that was not at rest a second ago: it comes to rest in at most as many as there are.
    return moved ? startNow(moved) : claimer.wake(task.queue);
  }

  function openStart(): Start {
    let looked: Gathered | undefined;
    return {
      async keep(task, isFresh) {
        looked = await claimGathered(task.queue, { task, isFresh });
        if (looked.error) throw looked.error;
        const head = looked.claims.get(task.id);
        return head && { task: head.task, keptAt: Date.parse(head.fence || task.createdAt) };
      },
      async run(task) {
        if (looked) return startOrLeave(task, looked);
        if (task.status === "ready") await startNow(task);
      },
    };
  }

  return {
    async handleWake({ queue: queueId, reason, at: wokenAt = 0 }) {
      await deps.catalogue.knowsQueue(queueId);
      const queue = toQueue(deps.config, queueId);
      if (!queue) return;
      if (reason === "due") await promoteDue(deps, queueId, wokenAt);
      await work(queue, { until: deps.clock.now() + longestShiftMs, wokenAt });
      // A function that has answered may stand still before it has told.
      await claimer.untilTold(queueId);
      await Promise.all([deps.cache.untilKept(), deps.allowances.flush()]);
    },
    startNow,
    openStart,
    abort(claim) {
      const found = running.get(claimKey(claim));
      found?.controller.abort("cancelled" satisfies AbortReason);
      return found !== undefined;
    },
    async drain(graceMs) {
      draining = true;
      const all = () => Promise.all([...running.values()].map(({ done }) => done));
      await Promise.race([all(), sleep(deps.clock, graceMs)]);
      for (const { controller } of running.values()) controller.abort("shutdown" satisfies AbortReason);
      await all();
      const queues = Object.keys(deps.config.providers).flatMap((id) => toQueue(deps.config, id) ?? []);
      const tellLast = (queue: Queue) => claimer.tell(queue).then(() => claimer.untilTold(queue.id));
      await Promise.all([deps.cache.untilKept(), deps.allowances.drain(), ...queues.map(tellLast)]);
    },
  };
}

function toAttemptSpan({ id, type, queue, attemptCount }: TaskDocument): SpanOptions {
  const attributes = { "conea.task.id": id, "conea.task.type": type, "conea.attempt": attemptCount };
  return { name: `attempt ${queue}`, attributes: { ...attributes, "conea.queue": queue } };
}

/** The queue of a provider as its claims need it; `undefined` for one that is not configured (any more). */
export function toQueue({ providers, breaker }: ConeaConfig, id: string): Queue | undefined {
  const provider = Object.hasOwn(providers, id) ? providers[id] : undefined;
  return provider && { id, limits: provider.limits, breaker, longestCallMs: provider.timeouts.totalMs };
}
