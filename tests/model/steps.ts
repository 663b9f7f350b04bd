import fc from "fast-check";
import type { Role } from "../../shared/api/keys.ts";
import { TaskStatus } from "../../shared/api/task-type.ts";

/** Two tenants; the second has an administrator and a user of its own. */
export const people = {
  ann: { tenant: "acme", user: "ann", role: "user" },
  bob: { tenant: "acme", user: "bob", role: "user" },
  vic: { tenant: "acme", user: "vic", role: "viewer" },
  root: { tenant: "acme", user: "root", role: "admin" },
  eve: { tenant: "evil", user: "eve", role: "admin" },
  mal: { tenant: "evil", user: "mal", role: "user" },
} as const satisfies Record<string, { tenant: string; user: string; role: Role }>;
export type Person = keyof typeof people;

/** What the provider does with a task: answers, refuses or is overloaded at once, or keeps it until a step says more. */
export type Kind = "ok" | "refuse" | "overload" | "hold";
export type Outcome = "success" | "refusal" | "overloaded" | "limited";

/** The one that `which` means; the highest means none. */
export function pick<T>(list: T[], which: number): T | undefined {
  return which === 9 ? undefined : list[which % Math.max(list.length, 1)];
}

export type Wish = {
  kind: Kind;
  priority: 1 | 5;
  entity: "a" | "b" | undefined;
  /** Not before a minute after the beginning. */
  isLater: boolean;
  expiresInSeconds: 40 | undefined;
};

/** Whoever submitted the task, so that something comes of most calls, or somebody. */
export type Caller = Person | "owner";

export type Step =
  | { do: "submit"; who: Person; wish: Wish; key: "k1" | "k2" | undefined; waits: boolean }
  | { do: "get" | "cancel" | "delete" | "replay"; who: Caller; which: number }
  | { do: "reprioritise"; who: Caller; which: number; priority: number }
  | {
      do: "list";
      who: Person;
      status: TaskStatus | undefined;
      entity: "a" | "b" | undefined;
      limit: number;
    }
  | { do: "list dead letters" | "pause" | "resume"; who: Person }
  | { do: "replay dead letters"; who: Person }
  | { do: "provider"; which: number; outcome: Outcome }
  | { do: "pass time"; seconds: number }
  | { do: "sweep" }
  | { do: "create key"; who: Person; user: string; role: Role }
  | { do: "list keys"; who: Person }
  | { do: "revoke key"; who: Person; which: number };

const who = fc.constantFrom<Person>("ann", "ann", "bob", "vic", "root", "root", "eve", "mal");
const caller = fc.constantFrom<Caller>(
  "owner",
  "owner",
  "owner",
  "owner",
  "ann",
  "bob",
  "vic",
  "root",
  "eve",
  "mal",
);
const operator = fc.constantFrom<Person>("root", "root", "root", "eve", "ann", "vic");
/** Which of those there are, counted round; the highest is none of them. */
const which = fc.nat(9);
const maybe = <T>(value: T) => fc.constantFrom(undefined, undefined, value);
const wish = fc.record<Wish>({
  kind: fc.constantFrom("ok", "refuse", "overload", "hold", "hold"),
  priority: fc.constantFrom(1, 5),
  entity: fc.constantFrom(undefined, "a", "b"),
  isLater: fc.constantFrom(false, false, false, true),
  expiresInSeconds: maybe(40),
});

/** The step of a name; several names may share one. */
type StepOf<K extends Step["do"]> = Step extends infer S
  ? S extends { do: infer D }
    ? K extends D
      ? S
      : never
    : never
  : never;

function step<K extends Step["do"]>(
  name: K,
  fields: { [F in Exclude<keyof StepOf<K>, "do">]: fc.Arbitrary<StepOf<K>[F]> },
): fc.Arbitrary<Step> {
  return fc.record({ do: fc.constant(name), ...fields }) as fc.Arbitrary<unknown> as fc.Arbitrary<Step>;
}

const submit = step("submit", {
  who,
  wish,
  key: fc.constantFrom(undefined, undefined, "k1", "k2"),
  waits: fc.constantFrom(false, false, true),
});
const provider = step("provider", {
  which,
  outcome: fc.constantFrom("success", "refusal", "overloaded", "overloaded", "overloaded", "limited"),
});

/** One call of the interface, or something that happens beside it. Shrinks by leaving steps out. */
export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: submit },
  { weight: 6, arbitrary: provider },
  { weight: 2, arbitrary: step("get", { who: caller, which }) },
  { weight: 4, arbitrary: step("cancel", { who: caller, which }) },
  { weight: 3, arbitrary: step("delete", { who: caller, which }) },
  { weight: 3, arbitrary: step("replay", { who: caller, which }) },
  { weight: 4, arbitrary: step("reprioritise", { who: caller, which, priority: fc.constantFrom(0, 1, 9) }) },
  {
    weight: 4,
    arbitrary: step("list", {
      who,
      status: fc.oneof(fc.constant(undefined), fc.constantFrom(...TaskStatus.options)),
      entity: fc.constantFrom(undefined, "a", "b"),
      limit: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 2, arbitrary: step("list dead letters", { who }) },
  { weight: 1, arbitrary: step("replay dead letters", { who }) },
  { weight: 2, arbitrary: step("pause", { who: operator }) },
  { weight: 2, arbitrary: step("resume", { who: operator }) },
  { weight: 4, arbitrary: step("pass time", { seconds: fc.constantFrom(1, 35, 70) }) },
  { weight: 1, arbitrary: step("sweep", {}) },
  {
    weight: 1,
    arbitrary: step("create key", {
      who: operator,
      user: fc.constantFrom("dan", "ann"),
      role: fc.constantFrom("admin", "user", "viewer"),
    }),
  },
  { weight: 1, arbitrary: step("list keys", { who: operator }) },
  { weight: 1, arbitrary: step("revoke key", { who: operator, which }) },
);
