import { toTime } from "../core/clock.ts";
import type { Snapshot } from "../platform/documents.ts";
import type { TaskDocument } from "../tasks/task-document.ts";
import type { Queue } from "./queue-document.ts";
import type { Room } from "./room.ts";
import { toCharge } from "./token-window.ts";

/** What a claim does with the heads it has read. `tokensWanted`: what the first that did not fit would be charged. */
export type Chosen = {
  taken: Snapshot<TaskDocument>[];
  expired: Snapshot<TaskDocument>[];
  tokensWanted?: number;
};

/** The heads in order, as far as the tokens last: one that does not fit is not overtaken. */
export function chooseHeads(heads: Snapshot<TaskDocument>[], room: Room, queue: Queue, now: number): Chosen {
  const chosen: Chosen = { taken: [], expired: [] };
  let left = room.tokens;
  for (const head of heads) {
    if (isExpired(head.data, now)) {
      chosen.expired.push(head);
      continue;
    }
    const charge = chargeOf(head.data, queue);
    if (charge > left) return { ...chosen, tokensWanted: charge };
    left -= charge;
    chosen.taken.push(head);
  }
  return chosen;
}

/** What a claim of the task counts for. */
export function chargeOf({ estimatedTokens }: TaskDocument, { limits }: Queue): number {
  return toCharge(estimatedTokens, limits.tokens);
}

export function isExpired({ expiresAt }: TaskDocument, now: number): boolean {
  return expiresAt !== undefined && expiresAt <= toTime(now);
}
