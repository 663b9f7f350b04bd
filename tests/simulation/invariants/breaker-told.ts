import type { BreakerEvent } from "../../../shared/api/events.ts";
import type { Evidence } from "../evidence.ts";
import { entriesOf } from "../history.ts";
import type { Invariant } from "../violation.ts";

/**
 * That a breaker opened or closed is published only once it has; without duplicates, the events of a queue are numbered from
 * 1 without a gap, and tell each opening and each closing in its turn.
 */
export const breakerTold: Invariant = {
  name: "what becomes of a breaker is told",
  check(evidence) {
    const moves = findMoves(evidence);
    return evidence.scenario.queues.flatMap(({ id }) => [
      ...checkTruth(evidence, id, moves.get(id) ?? []),
      ...checkCompleteness(evidence, id, moves.get(id) ?? []),
    ]);
  },
};

type Move = { at: number; type: BreakerEvent["type"] };

/** When each queue's breaker left the closed state or came back to it, in order. */
function findMoves({ entries }: Evidence): Map<string, Move[]> {
  const moves = new Map<string, Move[]>();
  for (const { at, breakers } of entriesOf(entries, "committed")) {
    for (const { queue, before, after } of breakers) {
      if (before !== "closed" && after !== "closed") continue;
      const type = after === "closed" ? "breaker.closed" : "breaker.opened";
      moves.set(queue, [...(moves.get(queue) ?? []), { at, type }]);
    }
  }
  return moves;
}

function checkTruth({ entries }: Evidence, queue: string, moves: Move[]) {
  const published = entriesOf(entries, "breakerPublished").filter(
    ({ event }) => event.breaker.queue === queue,
  );
  return published.flatMap(({ at, event: { type, sequence }, by }) => {
    const move = moves[sequence - 1];
    if (move && move.type === type && move.at <= at) return [];
    return [{ at, message: `${by} published ${type} as number ${sequence} of ${queue}, which was not so` }];
  });
}

function checkCompleteness({ entries, endedAtMs }: Evidence, queue: string, moves: Move[]) {
  const delivered = entriesOf(entries, "breakerDelivered").map(({ event }) => event);
  const own = new Map(delivered.filter(({ breaker }) => breaker.queue === queue).map((one) => [one.id, one]));
  const told = [...own.values()].toSorted((a, b) => a.sequence - b.sequence);
  const isWhole =
    told.length === moves.length &&
    told.every(({ sequence, type }, index) => sequence === index + 1 && type === moves[index]?.type);
  if (isWhole) return [];
  const happened = moves.map(({ type }) => type).join(", ");
  return [
    {
      at: endedAtMs,
      message: `of ${queue} was told ${told.map(({ type }) => type).join(", ")}; happened ${happened}`,
    },
  ];
}
