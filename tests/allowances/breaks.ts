import type { SliceEntry } from "../../shared/allowances/allowance-document.ts";
import type { Documents, Write } from "../../shared/platform/documents.ts";
import type { Break } from "./run-story.ts";

/** Breaks of every promise that the store keeps for allowances. A story must notice each. */
export const breaks: Break[] = [
  {
    name: "slices are topped up whoever else has written",
    documents: changeWrites((write) =>
      isAllowance(write) && write.op === "set" ? { op: "set", path: write.path, data: write.data } : write,
    ),
  },
  {
    name: "a task is accounted for whoever else has written",
    documents: changeWrites((write) =>
      isAccounting(write) && write.op === "update" ? { ...write, precondition: { exists: true } } : write,
    ),
  },
  {
    name: "what was reserved is let go without spending what was used",
    documents: changeIncrements(({ spent: _, ...rest }) => rest),
  },
  {
    name: "what was used is spent and what was reserved is kept too",
    documents: changeIncrements(({ spent = 0 }) => ({ spent })),
  },
  {
    name: "all that was reserved is spent",
    documents: changeIncrements((increments) => {
      const { spent: _, ...slices } = increments;
      return { spent: -Object.values(slices).reduce((sum, amount) => sum + amount, 0), ...slices };
    }),
  },
  {
    name: "a slice is taken back without looking who holds parts of it",
    documents: (documents) => ({
      ...documents,
      query: async (query) =>
        query.where?.some(([field]) => field === "slices") ? [] : documents.query(query),
    }),
  },
  {
    name: "a lease ends before its slice is used no more",
    documents: changeEntries((entry) => ({
      ...entry,
      ...(entry.until && { until: "2026-01-01T00:00:00.000Z" }),
    })),
  },
  {
    name: "what slices hold is not counted",
    documents: changeEntries((entry) => ({ ...entry, granted: Math.min(entry.granted, entry.free ?? 0) })),
  },
  { name: "what may have been created is offered again", misuse: "gives back what may exist" },
  { name: "a task is created when its reservation is too old", misuse: "creates late" },
];

function isAllowance({ path }: Write): boolean {
  return path.startsWith("allowances/");
}

function isAccounting(write: Write): boolean {
  return write.op === "update" && (write.removes?.includes("unaccounted") ?? false);
}

function changeWrites(change: (write: Write) => Write): (documents: Documents) => Documents {
  return (documents) => ({ ...documents, commit: (writes) => documents.commit(writes.map(change)) });
}

function changeIncrements(change: (increments: Record<string, number>) => Record<string, number>) {
  return changeWrites((write) =>
    isAllowance(write) && write.op === "update"
      ? { ...write, increments: change(write.increments ?? {}) }
      : write,
  );
}

function changeEntries(change: (entry: SliceEntry) => SliceEntry) {
  return changeWrites((write) => {
    if (!isAllowance(write) || (write.op !== "set" && write.op !== "create")) return write;
    const { slices, ...rest } = write.data as { slices: Record<string, SliceEntry> };
    const changed = Object.entries(slices).map(([id, entry]) => [id, change(entry)] as const);
    return { ...write, data: { ...rest, slices: Object.fromEntries(changed) } };
  });
}
