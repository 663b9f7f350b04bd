import { sleep } from "../core/clock.ts";
import { type Log, toErrorField } from "../core/log.ts";
import type { Platform } from "../platform/platform.ts";
import type { Wake } from "../platform/wakes.ts";
import { createFairShare } from "./create-fair-share.ts";
import { createPacing } from "./create-pacing.ts";
import { disableEndpoint } from "./disable-endpoint.ts";
import { driveReplays } from "./drive-replays.ts";
import { type EndpointDocument, endpointPath } from "./endpoint-document.ts";
import { type OpenEndpoint, openEndpoint } from "./open-endpoint.ts";
import { putAside } from "./put-aside.ts";
import { readFirstDue } from "./read-due.ts";
import { runShift, type ShiftEnd } from "./run-shift.ts";
import type { SecretSeal } from "./seal-secrets.ts";
import type { Send } from "./send.ts";
import { releaseLine, type TakenLine, takeLine } from "./take-line.ts";
import { createWakeBell, type WakeBell } from "./wake-bell.ts";
import { wakeLine, webhooksQueue } from "./wake-line.ts";

export type LineRunnerDeps = Pick<Platform, "documents" | "wakes" | "events" | "clock" | "ids" | "random"> & {
  send: Send;
  seal: SecretSeal;
  log: Log;
  /** Aborts when the process is about to end: nothing starts any more. */
  closing: AbortSignal;
  /** Opens what has a line, where that is not only endpoints. */
  open?: (endpoint: EndpointDocument) => Promise<OpenEndpoint>;
};

export type LineRunner = {
  /** Does what a wake of an endpoint's line asks. Resolves when nothing of it is under way here any more. */
  handleWake(wake: Wake): Promise<void>;
  /** Gives calls under way `graceMs` to end. What is lost then is sent again, under the same id. */
  drain(graceMs: number): Promise<void>;
};

/** After a fault of our own a line is left alone for so long. */
const pauseMs = 10_000;

/** The part of a process that sends deliveries: about `capacity` at a time, shared fairly among the endpoints it works for. */
export function createLineRunner(deps: LineRunnerDeps, capacity = 200): LineRunner {
  const share = createFairShare(capacity);
  const { closing } = deps;
  const working = new Map<string, { bell: WakeBell; done: Promise<void> }>();
  const { open = (endpoint) => openEndpoint(deps.seal, endpoint) } = deps;
  const onGone = ({ id }: EndpointDocument) => disableEndpoint(deps, id, "it answered 410 Gone");

  async function work(endpointId: string, bell: WakeBell): Promise<void> {
    const found = await deps.documents.get<EndpointDocument>(endpointPath(endpointId));
    if (found?.data.state !== "enabled")
      return putAside(deps, endpointId, { isDeleted: found === undefined });
    const taking = await takeLine(deps, endpointId);
    if (taking.kind === "resting") await wakeLine(deps, endpointId, { at: taking.until });
    if (taking.kind === "taken") await workAt(found.data, taking.taken, bell);
  }

  async function workAt(endpoint: EndpointDocument, taken: TakenLine, bell: WakeBell): Promise<void> {
    const pacing = createPacing(taken.line, endpoint);
    const leave = share.enter(endpoint.id);
    let end: ShiftEnd = "broken";
    try {
      const shift = { taken, opened: await open(endpoint), pacing, closing, bell };
      end = await runShift({ ...deps, share, open, onGone }, shift);
    } catch (error) {
      deps.log.warn("a shift at a line broke off", { endpointId: endpoint.id, ...toErrorField(error) });
    } finally {
      leave();
    }
    await releaseLine(deps, taken, pacing.learned());
    bell.reset();
    // Somebody must put aside what is on its way, be it due today or tomorrow.
    if (end === "stopped") return wakeLine(deps, endpoint.id);
    await wakeForNext(endpoint.id, end === "over" ? pacing.nextStartAt(taken.now()) : taken.now() + pauseMs);
  }

  /** Whoever came while the line was taken was sent away: what they came for is found by looking once more. */
  async function wakeForNext(endpointId: string, notBefore: number): Promise<void> {
    const first = await readFirstDue(deps, endpointId);
    if (first?.dueAt) await wakeLine(deps, endpointId, { at: Math.max(notBefore, Date.parse(first.dueAt)) });
  }

  async function handleReady(endpointId: string): Promise<void> {
    const known = working.get(endpointId);
    if (known) return known.bell.ring();
    const bell = createWakeBell();
    const done = work(endpointId, bell);
    working.set(endpointId, { bell, done });
    try {
      await done;
    } finally {
      working.delete(endpointId);
      // It came when nobody looked any more.
      if (bell.hasRung() && !closing.aborted) await wakeLine(deps, endpointId);
    }
  }

  return {
    async handleWake({ queue, endpoint, reason }) {
      if (queue !== webhooksQueue || endpoint === undefined || closing.aborted) return;
      if (reason === "due") return driveReplays(deps, endpoint);
      return handleReady(endpoint);
    },
    async drain(graceMs) {
      const all = Promise.allSettled([...working.values()].map(({ done }) => done));
      await Promise.race([all, sleep(deps.clock, graceMs)]);
    },
  };
}
