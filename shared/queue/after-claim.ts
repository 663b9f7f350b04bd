import type { Snapshot } from "../platform/documents.ts";
import type { TaskDocument } from "../tasks/task-document.ts";
import { letThrough } from "./breaker.ts";
import { type Chosen, chargeOf } from "./choose-heads.ts";
import { withClaims } from "./in-flight.ts";
import { leaseMs } from "./lease-ms.ts";
import { spendPermits } from "./limiter.ts";
import { claimKey, type Queue, type QueueDocument } from "./queue-document.ts";
import { type Room, roomAt } from "./room.ts";
import { spendTokens, tokensFreeAt } from "./token-window.ts";

export type Look = {
  chosen: Chosen;
  heads: Snapshot<TaskDocument>[];
  room: Room;
  wanted: number;
  state: QueueDocument;
  queue: Queue;
  times: Times;
};

/** Of a claim, by the store's clock: when it was made, and until when its calls may start. */
export type Times = { now: number; startBy: number };

/** When more may be claimed; `undefined` when the line is empty, or only the end of a call makes room. */
export function toNextLook({ chosen, heads, room, wanted, state, queue, times }: Look): number | undefined {
  if (room.count < 1) return room.nextAt;
  const { now } = times;
  const isWholeLine = heads.length < wanted || wanted < 1;
  if (chosen.tokensWanted === undefined && isWholeLine) return undefined;
  const next = toNextState(state, queue, chosen.taken, times);
  if (chosen.tokensWanted !== undefined) {
    return tokensFreeAt(next.tokens, queue.limits.tokens, chosen.tokensWanted, now + 1);
  }
  const after = roomAt(next, queue, now);
  return after.count < 1 ? after.nextAt : now;
}

/** The queue once these tasks are claimed. */
export function toNextState(
  state: QueueDocument,
  queue: Queue,
  taken: Snapshot<TaskDocument>[],
  times: Times,
): QueueDocument {
  const { limits, longestCallMs } = queue;
  const { now, startBy } = times;
  const keys = taken.map(({ id, data }) => claimKey({ id, epoch: data.epoch + 1 }));
  const tokens = taken.reduce((sum, { data }) => sum + chargeOf(data, queue), 0);
  return {
    ...state,
    limiter: spendPermits(state.limiter, limits.requests ?? [], times, taken.length),
    tokens: spendTokens(state.tokens, limits.tokens, tokens, times),
    breaker: letThrough(state.breaker, keys, now + longestCallMs + leaseMs, now),
    inFlight: withClaims(state.inFlight, keys, startBy),
  };
}
