import { attemptMs, type Outgoing, type SendOutcome } from "../../shared/webhooks/send.ts";
import type { Dice } from "../simulation/dice.ts";

/** What comes of one call: how long it takes, what the caller sees, and whether the receiver has taken the message in. */
export type Reaction = { outcome: SendOutcome; isTaken: boolean };

/** `n`: the how-manieth at this receiver; `nth`: of this message. `atMs`: since the start of the simulation. */
export type Call = { outgoing: Outgoing; n: number; nth: number; atMs: number; dice: Dice };
export type Receiver = (call: Call) => Reaction;

const hourMs = 3_600_000;

const answer = (status: number, durationMs: number, retryAfter?: string): Reaction => ({
  outcome: { status, text: "", isCut: false, durationMs, ...(retryAfter && { retryAfter }) },
  isTaken: status >= 200 && status <= 299,
});
const timeout = (isTaken: boolean): Reaction => ({
  outcome: { failure: "timeout", message: "", durationMs: attemptMs },
  isTaken,
});
const well = (dice: Dice) => answer(dice.pick([200, 201, 204] as const), dice.between(1, 60));

/** Receivers as they are met in the world. */
export const receivers = {
  healthy: ({ dice }) => well(dice),
  slow: ({ dice }) => answer(200, dice.between(1_000, 14_000)),
  /** Takes the message, and answers when nobody listens any more. */
  tooSlow: ({ nth, dice }) => (nth % 3 === 0 ? well(dice) : timeout(true)),
  failing: ({ dice }) => answer(dice.pick([500, 502, 400, 404] as const), dice.between(1, 100)),
  hanging: () => timeout(false),
  /** Takes the message, then breaks the connection before its answer is whole. */
  lying: ({ nth, dice }) =>
    nth % 3 === 0
      ? well(dice)
      : { outcome: { failure: "unreachable", message: "", durationMs: 5 }, isTaken: true },
  flapping: ({ atMs, dice }) => (Math.floor(atMs / 420_000) % 2 === 0 ? answer(503, 10) : well(dice)),
  redirecting: () => answer(302, 5),
  busy: ({ dice }) => (dice.chance(0.3) ? answer(429, 5, "30") : well(dice)),
  gone: ({ n, dice }) => (n > 4 ? answer(410, 5) : well(dice)),
  recovering: ({ atMs, dice }) => (atMs < 5 * hourMs ? timeout(false) : well(dice)),
} satisfies Record<string, Receiver>;

export type ReceiverKind = keyof typeof receivers;
export const receiverKinds = Object.keys(receivers) as [ReceiverKind, ...ReceiverKind[]];

/** Kinds that take every message in the end. */
export const takesAll: ReadonlySet<ReceiverKind> = new Set<ReceiverKind>([
  ...(["healthy", "slow", "tooSlow", "lying", "busy", "recovering"] as const),
]);
