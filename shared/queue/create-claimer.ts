import { sleep } from "../core/clock.ts";
import { type Log, toErrorField } from "../core/log.ts";
import type { Platform } from "../platform/platform.ts";
import type { HeldContent } from "../tasks/held-content.ts";
import type { Report } from "./apply-reports.ts";
import { type BreakerEventDeps, type BreakerOutbox, publishBreakerEvents } from "./breaker-events.ts";
import { type Claim, type Claimed, type ClaimRequest, claimTasks } from "./claim-tasks.ts";
import { ensureWake } from "./ensure-wake.ts";
import { longestLifeMs, permitLifeMs } from "./limiter.ts";
import type { Queue } from "./queue-document.ts";
import { toCharge } from "./token-window.ts";

/** How often, and after which pauses, a process tries to tell a queue what others wait for. */
const mostTells = 20;
const tellPauseMs = 20;
const longestTellMs = 5_000;

type ClaimerDeps = Pick<Platform, "documents" | "clock" | "ids" | "random" | "wakes"> &
  BreakerEventDeps & { log: Log; held?: Pick<HeldContent, "holds"> };

type ClaimWish = Pick<ClaimRequest, "atMost" | "only" | "newcomers">;

export type Claimer = {
  /** Claims up to `atMost` tasks, or `only` these and newcomers, and tells the queue what this process has to report. */
  claim(queue: Queue, request: ClaimWish): Promise<Claim>;
  /** Keeps what the end of a claim tells its queue until a claim of this process has written it. */
  keep(queue: Queue, report: Report): void;
  /** Learns from a claim whether its permit lived long enough for the call to start. */
  learn(queue: Queue, claimed: Pick<Claimed, "permitLifeMs">, isReturned: boolean): void;
  /** Writes what only this process knows, if others wait for it, and has somebody look at the queue. Never rejects. */
  tell(queue: Queue): Promise<void>;
  /** Resolves once no telling of the queue, or of its breaker, is under way. */
  untilTold(queueId: string): Promise<void>;
  /** Has a worker look at the queue, at `at` or now. Never rejects: a wake that fails is the sweep's to replace. */
  wake(queueId: string, at?: number, after?: number): Promise<void>;
};

/** One process's dealings with its queues: what it claims, what it has to report, how long its permits live. */
export function createClaimer(deps: ClaimerDeps): Claimer {
  const reports = new Map<string, Report[]>();
  /** How long the permits of a queue live: longer than usual since the store was too slow for them. */
  const lives = new Map<string, number>();
  /** What the tasks of a queue's last claim were charged on average. */
  const charges = new Map<string, number>();
  /** The last telling of each queue that was asked for: what comes up meanwhile takes its turn after it. */
  const telling = new Map<string, Promise<void>>();
  /** The last publishing of what has become of each queue's breaker. */
  const publishing = new Map<string, Promise<void>>();
  const reportsOf = ({ id }: Queue) => reports.get(id) ?? [];
  const lifeOf = ({ id, limits }: Queue) => lives.get(id) ?? permitLifeMs(limits.requests ?? []);

  async function claimOnce(queue: Queue, request: ClaimWish): Promise<Claim> {
    const told = [...reportsOf(queue)];
    const permitLifeMs = Math.ceil(lifeOf(queue));
    const tokensEach = charges.get(queue.id);
    const claim = await claimTasks(deps, {
      ...{ queue, reports: told, permitLifeMs, ...request },
      ...(tokensEach !== undefined && { tokensEach }),
      ...(deps.held && { holds: deps.held.holds }),
    });
    if (claim.claimed.length > 0) charges.set(queue.id, toAverageCharge(queue, claim.claimed));
    if (claim.reported) {
      const untold = reportsOf(queue).filter((report) => !told.includes(report));
      reports.set(queue.id, untold);
    }
    if (claim.breakerEvents) publish(queue.id, claim.breakerEvents);
    return claim;
  }

  /** Nobody waits for it before a call: what fails here is the sweep's to tell. */
  function publish(queueId: string, outbox: BreakerOutbox): void {
    const turn = (publishing.get(queueId) ?? Promise.resolve())
      .then(() => publishBreakerEvents(deps, queueId, outbox))
      .then(
        () => undefined,
        (error) =>
          deps.log.warn("breaker events left to the sweep", { queue: queueId, ...toErrorField(error) }),
      );
    publishing.set(queueId, turn);
  }

  /** Tries once. `owed` when it must be tried again; `reported` when others may look at the queue anew. */
  async function tellOnce(queue: Queue): Promise<Pick<Claim, "owed" | "reported">> {
    try {
      return await claimOnce(queue, { atMost: 0 });
    } catch (error) {
      deps.log.warn("reports are told later", { queue: queue.id, ...toErrorField(error) });
      return { owed: true, reported: false };
    }
  }

  function tell(queue: Queue): Promise<void> {
    const turn = (telling.get(queue.id) ?? Promise.resolve()).then(() => tellNow(queue));
    telling.set(queue.id, turn);
    return turn;
  }

  async function tellNow(queue: Queue): Promise<void> {
    if (reportsOf(queue).length === 0) return;
    let told = await tellOnce(queue);
    for (let tries = 0; tries < mostTells && told.owed && reportsOf(queue).length > 0; tries++) {
      await sleep(deps.clock, deps.random() * Math.min(tellPauseMs * 2 ** tries, longestTellMs));
      told = await tellOnce(queue);
    }
    if (told.reported) await wake(queue.id);
  }

  async function wake(queue: string, at?: number, after?: number): Promise<void> {
    try {
      await ensureWake(deps, { queue, reason: "ready" }, at, after);
    } catch (error) {
      deps.log.warn("wake failed", { queue, ...toErrorField(error) });
    }
  }

  return {
    async claim(queue, request) {
      try {
        const claim = await claimOnce(queue, request);
        if (claim.owed) void tell(queue);
        return claim;
      } catch (error) {
        void tell(queue);
        throw error;
      }
    },
    keep(queue, report) {
      reports.set(queue.id, [...reportsOf(queue), report]);
    },
    learn(queue, claimed, isReturned) {
      lives.set(queue.id, toLife(queue, lifeOf(queue), isReturned ? claimed.permitLifeMs : 0));
    },
    tell,
    async untilTold(queueId) {
      await telling.get(queueId);
      await publishing.get(queueId);
    },
    wake,
  };
}

/** Twice a life that was too short, and slowly back to the usual one. `tooShortMs` is 0 where the call was started. */
function toLife({ limits: { requests = [] } }: Queue, lifeMs: number, tooShortMs: number): number {
  if (tooShortMs === 0) return Math.max(permitLifeMs(requests), lifeMs * 0.98);
  return Math.min(longestLifeMs(requests), Math.max(lifeMs, tooShortMs * 2));
}

function toAverageCharge({ limits }: Queue, claimed: Claimed[]): number {
  const charge = claimed.reduce((sum, { task }) => sum + toCharge(task.estimatedTokens, limits.tokens), 0);
  return charge / claimed.length;
}
