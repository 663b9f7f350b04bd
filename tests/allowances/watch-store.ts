import { type AllowanceDocument, toFree, toTotal } from "../../shared/allowances/allowance-document.ts";
import type { Ended, Reserved } from "../../shared/allowances/allowances.ts";
import { strandedPart } from "../../shared/allowances/grant.ts";
import type { Documents, Write } from "../../shared/platform/documents.ts";

/** What a run has done wrong: the first of each kind. */
export type Violations = Map<string, string>;

export type Watched = {
  documents: Documents;
  violations: Violations;
  /** What was really used of each allowance, whoever knows of it: of money and tokens by calls, of requests by reservations. */
  spend(allowance: string, amount: number): void;
  trueSpending: Map<string, number>;
  /** What must be spent of each allowance once nothing is left to be accounted for. */
  owed: Map<string, number>;
  /** What tasks hold, by allowance: from the store itself. */
  held: Map<string, number>;
  mostStranded(): number;
  operations: Map<string, number>;
};

/** The store itself, below every fault. What is promised of it is checked after each commit. */
export function watchStore(documents: Documents): Watched {
  const violations: Violations = new Map();
  const trueSpending = new Map<string, number>();
  const owed = new Map<string, number>();
  const held = new Map<string, number>();
  const operations = new Map<string, number>();
  /** The highest limit that an allowance ever had. */
  const limits = new Map<string, number>();
  let mostStranded = 0;
  let checks: Promise<void> = Promise.resolve();
  const blame = (kind: string, what: string) => void (violations.has(kind) || violations.set(kind, what));
  const count = (name: string) => operations.set(name, (operations.get(name) ?? 0) + 1);

  async function read<T>(writes: Write[], collection: string): Promise<Map<string, T>> {
    const paths = new Set(writes.map(({ path }) => path).filter((path) => path.startsWith(`${collection}/`)));
    const found = await Promise.all([...paths].map((path) => documents.get<T>(path)));
    return new Map(found.flatMap((one) => (one ? [[one.id, one.data] as const] : [])));
  }

  function checkAllowance(id: string, before: AllowanceDocument | undefined, after: AllowanceDocument) {
    const total = toTotal(after);
    const old = before ? toTotal(before) : 0;
    limits.set(id, Math.max(limits.get(id) ?? 0, after.limit));
    if (total > old && total > after.limit)
      blame("limit", `${after.measure}: ${total} of ${after.limit} (before ${old})`);
    const free = toFree(after);
    // Where a limit was lowered, slices give back what is too much at their next turn.
    const isLowered = after.limit < (limits.get(id) ?? 0);
    if (!isLowered && after.limit > 0) mostStranded = Math.max(mostStranded, free / after.limit);
    if (free > Math.floor(after.limit * strandedPart) && free > (before ? toFree(before) : 0))
      blame("stranded", `${after.measure}: ${free} of ${after.limit} is free in slices`);
    for (const [slice, { granted, until }] of Object.entries(after.slices)) {
      const ofSlice = held.get(`${id} ${slice}`) ?? 0;
      if (until && after.measure !== "requests" && ofSlice > granted)
        blame("slice", `${after.measure}: tasks hold ${ofSlice} of a slice of ${granted}`);
    }
    if (after.spent < (before?.spent ?? 0) && after.measure !== "requests")
      blame("spent", `${after.measure}: ${before?.spent} was spent, then ${after.spent}`);
    if (after.reserved < 0) blame("reserved", `${after.measure}: ${after.reserved} is reserved`);
    if (after.measure !== "requests" && (held.get(id) ?? 0) > total - after.spent)
      blame("covered", `${after.measure}: tasks hold ${held.get(id)} of ${total - after.spent}`);
  }

  function add(reserved: readonly Reserved[] = [], sign: number) {
    for (const { allowance, slice, amount } of reserved)
      for (const name of [allowance, `${allowance} ${slice}`])
        held.set(name, (held.get(name) ?? 0) + sign * amount);
  }

  /** A task is accounted for: its price where it is known, else all that was reserved. */
  function owe({ reserved = [], cost, attempts, attemptCount }: Ended) {
    const isKnown = attempts.length === attemptCount && attempts.every(({ outcome }) => outcome !== "lost");
    const seen = attempts.reduce((sum, { usage }) => sum + (usage?.inputTokens ?? 0), 0);
    for (const [allowance, parts] of Map.groupBy(reserved, (one) => one.allowance)) {
      const all = parts.reduce((sum, { amount }) => sum + amount, 0);
      const micros = cost.known && isKnown ? (cost.micros ?? 0) : Math.max(all, cost.micros ?? 0);
      const tokens = isKnown ? seen : Math.max(all, seen);
      const amount = { micros, tokens, activeTasks: 0, requests: 0 }[parts[0]?.measure ?? "requests"];
      owed.set(allowance, (owed.get(allowance) ?? 0) + amount);
    }
  }

  return {
    documents: {
      ...documents,
      get: (path) => {
        count(`get ${path.split("/")[0]}`);
        return documents.get(path);
      },
      async commit(writes) {
        for (const { path } of writes) count(`write ${path.split("/")[0]}`);
        // The store reads and commits at the moment it is asked, so that nobody comes between these.
        const before = [read<AllowanceDocument>(writes, "allowances"), read<Ended>(writes, "tasks")] as const;
        const committed = documents.commit(writes);
        const after = [read<AllowanceDocument>(writes, "allowances"), read<Ended>(writes, "tasks")] as const;
        checks = checks.then(async () => {
          const [wasTasks, isTasks] = [await before[1], await after[1]];
          for (const [id, was] of wasTasks) {
            add(was.reserved, -1);
            if (was.reserved && !isTasks.get(id)?.reserved) owe(was);
          }
          for (const { reserved } of isTasks.values()) add(reserved, 1);
          const old = await before[0];
          for (const [id, document] of await after[0]) checkAllowance(id, old.get(id), document);
        });
        return committed;
      },
    },
    violations,
    spend(allowance, amount) {
      const spent = (trueSpending.get(allowance) ?? 0) + amount;
      trueSpending.set(allowance, spent);
      const limit = limits.get(allowance) ?? Number.POSITIVE_INFINITY;
      if (spent > limit) blame("overshoot", `${spent} of ${limit} was used`);
    },
    trueSpending,
    owed,
    held,
    mostStranded: () => mostStranded,
    operations,
  };
}
