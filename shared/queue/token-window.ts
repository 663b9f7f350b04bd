import type { Rate } from "../config/rate.ts";

/**
 * The tokens a queue has let through: by slot of a sixtieth of the window, and what the provider itself said is left.
 * Slots are numbered from the epoch.
 */
export type TokenWindow = {
  slots: Record<string, number>;
  /** As the provider's headers said, less what was let through since. Holds until then (epoch ms). */
  left?: { tokens: number; until: number };
};

export const emptyTokenWindow: TokenWindow = { slots: {} };

const slotsPerWindow = 60;

/** The tokens that may be let through at `now`. `Infinity` without a rate. */
export function tokensFree(window: TokenWindow, rate: Rate | undefined, now: number): number {
  const told = window.left && window.left.until > now ? window.left.tokens : Number.POSITIVE_INFINITY;
  if (!rate) return told;
  const spent = Object.values(inWindow(window, rate, now)).reduce((sum, tokens) => sum + tokens, 0);
  return Math.min(told, rate.count - spent);
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
    ...(rate ? Object.keys(window.slots).map((slot) => slotEnd(Number(slot), rate)) : []),
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
  const slot = String(slotOf(startBy, rate));
  const slots = inWindow(window, rate, now);
  return { slots: { ...slots, [slot]: (slots[slot] ?? 0) + tokens }, ...(left && { left }) };
}

/** The window once a call that was to start by `spentAt` turned out to use `over` tokens more (or fewer) than estimated. */
export function correctTokens(
  window: TokenWindow,
  rate: Rate | undefined,
  over: number,
  spentAt: number,
): TokenWindow {
  const slot = rate && String(slotOf(spentAt, rate));
  const known = slot === undefined ? undefined : window.slots[slot];
  if (slot === undefined || known === undefined) return window;
  return { ...window, slots: { ...window.slots, [slot]: Math.max(0, known + over) } };
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

function slotOf(at: number, rate: Rate): number {
  return Math.floor(at / slotMs(rate));
}

/** When nothing of a slot is in the window any more. */
function slotEnd(slot: number, rate: Rate): number {
  return (slot + 1) * slotMs(rate) + rate.periodMs;
}

function inWindow({ slots }: TokenWindow, rate: Rate, now: number): Record<string, number> {
  return Object.fromEntries(Object.entries(slots).filter(([slot]) => slotEnd(Number(slot), rate) > now));
}
