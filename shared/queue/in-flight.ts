/**
 * Claims of a queue whose call is not known to be over, and by when each starts at the latest (epoch ms): two lists, side by
 * side, oldest claim first. Written with every claim: as a map, whose every name is new, it cost more than the claim itself.
 */
export type InFlight = { claims: string[]; startBys: number[] };

export const noneInFlight: InFlight = { claims: [], startBys: [] };

export function withClaims({ claims, startBys }: InFlight, made: string[], startBy: number): InFlight {
  return { claims: [...claims, ...made], startBys: [...startBys, ...made.map(() => startBy)] };
}

/** By when each claim starts. */
export function toStarts({ claims, startBys }: InFlight): Map<string, number> {
  return new Map(claims.map((claim, index) => [claim, startBys[index] ?? 0]));
}

/** The inverse of `toStarts`. */
export function fromStarts(starts: ReadonlyMap<string, number>): InFlight {
  return { claims: [...starts.keys()], startBys: [...starts.values()] };
}

/** A queue's document of an earlier version keeps them as a map. */
export function toLists(stored: InFlight | Record<string, number>): InFlight {
  return isLists(stored) ? stored : fromStarts(new Map(Object.entries(stored)));
}

function isLists(stored: InFlight | Record<string, number>): stored is InFlight {
  return Array.isArray(stored.claims);
}
