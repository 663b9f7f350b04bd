import { toTime } from "../core/clock.ts";
import {
  type AllowanceDocument,
  foldGone,
  type SliceEntry,
  toFree,
  toTotal,
  withSweepTime,
} from "./allowance-document.ts";

/** The largest part of a limit that slices may hold without having promised it, all together. */
export const strandedPart = 0.05;

/** How long a slice may be used after it was last topped up: a changed limit holds everywhere by then. */
export const sliceLeaseMs = 60_000;

/** What one who waits needs: `most`, or less, but not below `least`. */
export type Need = { least: number; most: number };

/** What a process tells an allowance's document of its slice. */
export type Told = {
  slice: string;
  mark: string;
  /** What the slice has not promised; void where the document does not know the slice. */
  free: number;
  /** What was used of it for good since it was last written: requests. */
  used: number;
  /** By the store's clock (epoch ms). */
  now: number;
};

/** What it asks for. */
export type Ask = Told & {
  /** A slice that this one follows: what it has free moves here, the rest is left to the sweep. */
  follows?: string;
  needs: Need[];
  /** What the process would like to have beside, for needs to come. */
  wanted: number;
};

export type Granted = {
  document: AllowanceDocument;
  /** What each need got, in order; `undefined` where it was refused. */
  got: (number | undefined)[];
  free: number;
  /** What nobody has, after this. */
  left: number;
  /** There is nothing to write. */
  isUnchanged: boolean;
};

/** Serves those who wait from what a slice has free and what an allowance has left, in order. Pure. */
export function grant(before: AllowanceDocument, ask: Ask): Granted {
  const document = foldGone(before);
  const { own, held, others, spent } = toSettled(document, ask);
  const room = document.limit - toTotal({ ...document, spent, slices: { ...others, own } });
  // Where the limit was lowered below what is out, what the slice has free goes back.
  const available = Math.max(0, held + room);
  const { got, promised } = serve(ask.needs, available);
  const free = toKept({ available, promised, held, got, limit: document.limit, others, wanted: ask.wanted });
  const granted = own.granted - held + promised + free;
  const entry = { granted, free, until: toTime(ask.now + sliceLeaseMs), mark: ask.mark };
  const after = { ...document, spent, slices: { ...others, [ask.slice]: entry } };
  return {
    document: withSweepTime(after, ask.now),
    got,
    free,
    left: document.limit - toTotal(after),
    isUnchanged: promised === 0 && ask.used === 0 && free === held && ask.follows === undefined,
  };
}

/** What a slice holds for needs to come: what it has, and more as far as the others leave some. */
function toKept(of: {
  available: number;
  promised: number;
  held: number;
  got: (number | undefined)[];
  limit: number;
  others: Record<string, SliceEntry>;
  wanted: number;
}): number {
  const { available, promised, held, got, limit, others, wanted } = of;
  const all = Math.floor(limit * strandedPart);
  const byOthers = toFree({ slices: others });
  const share = Math.min(wanted, Math.floor(all / Math.max(2, Object.keys(others).length + 1)));
  // Where somebody is refused, nothing more is put aside.
  const more = got.includes(undefined) ? 0 : share;
  return Math.max(0, Math.min(available - promised, all - byOthers, Math.max(more, held - promised)));
}

/** The same once the slice has given up all that it has free. */
export function giveUp(before: AllowanceDocument, { slice, mark, free, used, now }: Told): AllowanceDocument {
  const document = foldGone(before);
  const { [slice]: known, ...others } = document.slices;
  if (!known) return document;
  const entry = { ...known, granted: known.granted - used - free, free: 0, mark };
  const slices = entry.granted > 0 ? { ...others, [slice]: entry } : others;
  return withSweepTime({ ...document, spent: document.spent + used, slices }, now);
}

/** The slice once what was used of it for good is spent, and the one it follows has given up what it had free. */
function toSettled({ spent, slices }: AllowanceDocument, { slice, follows, free, used }: Ask) {
  const { [follows ?? slice]: known, ...others } = slices;
  if (!known) return { own: { granted: 0 }, held: 0, others, spent };
  const granted = known.granted - used;
  if (follows === undefined) return { own: { granted }, held: free, others, spent: spent + used };
  const rest = { ...known, granted: granted - free, free: 0 };
  return {
    own: { granted: free },
    held: free,
    others: rest.granted > 0 ? { ...others, [follows]: rest } : others,
    spent: spent + used,
  };
}

function serve(needs: Need[], available: number): { got: (number | undefined)[]; promised: number } {
  let promised = 0;
  const got = needs.map(({ least, most }) => {
    const amount = Math.min(most, available - promised);
    if (amount < least) return undefined;
    promised += amount;
    return amount;
  });
  return { got, promised };
}
