import type { Rate } from "../config/rate.ts";

/** The tokens a queue has let through: by slot of a sixtieth of the window, and what the provider itself said is left. */
export type TokenWindow = {
  /**
   * When a slot ends (epoch ms) and its tokens, in turn. Written with every claim, which a map of sixty keys made twice as
   * dear. An end keeps its meaning where the rate, and with it the width of a slot, is changed.
   */
  slots: number[];
  /** As the provider's headers said, less what was let through since. Holds until then (epoch ms). */
  left?: { tokens: number; until: number };
};

export const emptyTokenWindow: TokenWindow = { slots: [] };

const slotsPerWindow = 60;

/** The tokens that may be let through at `now`. `Infinity` without a rate. */
export function tokensFree(window: TokenWindow, rate: Rate | undefined, now: number): number {
  const told = window.left && window.left.until > now ? window.left.tokens : Number.POSITIVE_INFINITY;
  if (!rate) return told;
  return Math.min(told, rate.count - spentInWindow(window, rate, now));
}

/** The earliest time at which `wanted` tokens may be free, if nothing else is let through (epoch ms). */
export function tokensFreeAt(
  window: TokenWindow,
  rate: Rate | undefined,
  wanted: number,
  now: number,
): number {
  const times = [
    now,
    ...(window.left ? [window.left.until] : []),
    ...(rate ? endsOf(window).map((endsAt) => leavesAt(endsAt, rate)) : []),
  ];
  const later = times.filter((at) => at >= now).toSorted((a, b) => a - b);
  return later.find((at) => tokensFree(window, rate, at) >= wanted) ?? later.at(-1) ?? now;
}

/** What a task counts for: one that may need more than the whole window still gets its turn. */
export function toCharge(estimate: number, rate: Rate | undefined): number {
  return rate ? Math.min(estimate, rate.count) : estimate;
}

/** The window after `tokens` were let through at `now` to a call that starts by `startBy`, in whose slot they count. */
export function spendTokens(
  window: TokenWindow,
  rate: Rate | undefined,
  tokens: number,
  { now, startBy }: { now: number; startBy: number },
): TokenWindow {
  const left = window.left && { ...window.left, tokens: window.left.tokens - tokens };
  if (!rate) return { ...window, ...(left && { left }) };
  const slot = slotOf(startBy, rate);
  const slots = inWindow(window, rate, now);
  const at = placeOf(slots, slot);
  if (at === undefined) slots.push(slot, tokens);
  else slots[at] = (slots[at] ?? 0) + tokens;
  return { slots, ...(left && { left }) };
}

/** The window once a call that was to start by `spentAt` turned out to use `over` tokens more (or fewer) than estimated. */
export function correctTokens(
  window: TokenWindow,
  rate: Rate | undefined,
  over: number,
  spentAt: number,
): TokenWindow {
  const at = rate && placeOf(window.slots, slotOf(spentAt, rate));
  if (at === undefined) return window;
  return { ...window, slots: window.slots.with(at, Math.max(0, (window.slots[at] ?? 0) + over)) };
}

/**
 * The window once the provider has said how many tokens are left. Of two statements that hold, the lower number is kept
 * until the later end: tighter than either, never looser.
 */
export function tightenTokens(
  window: TokenWindow,
  left: { tokens: number; until: number },
  now: number,
): TokenWindow {
  const told = window.left && window.left.until > now ? window.left : left;
  return {
    ...window,
    left: { tokens: Math.min(told.tokens, left.tokens), until: Math.max(told.until, left.until) },
  };
}

function slotMs({ periodMs }: Rate): number {
  return Math.ceil(periodMs / slotsPerWindow);
}

/** When the slot of a moment ends. */
function slotOf(at: number, rate: Rate): number {
  return at - (at % slotMs(rate)) + slotMs(rate);
}

/** When nothing of a slot is in the window any more. */
function leavesAt(endsAt: number, rate: Rate): number {
  return endsAt + rate.periodMs;
}

function endsOf({ slots }: TokenWindow): number[] {
  const found: number[] = [];
  for (let index = 0; index < slots.length; index += 2) found.push(slots[index] ?? 0);
  return found;
}

/** Where the tokens of a slot stand. The latest are asked for most. */
function placeOf(slots: readonly number[], endsAt: number): number | undefined {
  for (let index = slots.length - 2; index >= 0; index -= 2) if (slots[index] === endsAt) return index + 1;
  return undefined;
}

function spentInWindow({ slots }: TokenWindow, rate: Rate, now: number): number {
  let spent = 0;
  for (let index = 0; index < slots.length; index += 2)
    if (leavesAt(slots[index] ?? 0, rate) > now) spent += slots[index + 1] ?? 0;
  return spent;
}

/** A copy, without the slots of which nothing is in the window any more. */
function inWindow({ slots }: TokenWindow, rate: Rate, now: number): number[] {
  const kept: number[] = [];
  for (let index = 0; index < slots.length; index += 2) {
    const endsAt = slots[index] ?? 0;
    if (leavesAt(endsAt, rate) > now) kept.push(endsAt, slots[index + 1] ?? 0);
  }
  return kept;
}
