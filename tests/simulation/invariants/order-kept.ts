import type { Entry, EntryOf, InLine } from "../history.ts";
import type { Invariant } from "../violation.ts";

/** A claim takes the head of the line as it was when it looked: no ready task had a better (priority, sequence). */
export const orderKept: Invariant = {
  name: "nobody is overtaken",
  check({ entries }) {
    const looks = new Map<string, EntryOf<"line">[]>();
    return entries.flatMap((entry) => {
      if (entry.kind === "line") looks.set(entry.queue, [...(looks.get(entry.queue) ?? []), entry]);
      if (entry.kind !== "committed") return [];
      return entry.queues.flatMap((queue) => {
        const problem = checkClaim(entry, queue, looks.get(queue) ?? []);
        // Whoever claims next has read the queue's document since, and looks at the line after that.
        looks.delete(queue);
        return problem ?? [];
      });
    });
  },
};

function checkClaim(entry: EntryOf<"committed">, queue: string, looks: EntryOf<"line">[]) {
  const taken = takenFromLine(entry, queue);
  if (taken.size === 0) return undefined;
  const own = looks.filter(({ by }) => by === entry.by);
  const coming = newcomersTo(entry, queue);
  if (own.some(({ ready }) => isHead([...ready, ...coming].sort(byTurn), taken))) return undefined;
  const best = own.at(-1)?.ready[0];
  const seen = best
    ? `while ${best.id} (priority ${best.priority}) stood first`
    : "without a look at the line";
  return {
    at: entry.at,
    taskId: [...taken][0] ?? "",
    message: `${entry.by} took ${[...taken].join(", ")} ${seen}`,
  };
}

function takenFromLine({ tasks }: Extract<Entry, { kind: "committed" }>, queue: string): Set<string> {
  const taken = tasks.filter(({ before, after }) => before?.status === "ready" && after?.status !== "ready");
  return new Set(taken.filter(({ before }) => before?.queue === queue).map(({ id }) => id));
}

/** Those of whom no look at the line can tell: they were kept by their claim. */
function newcomersTo({ tasks }: EntryOf<"committed">, queue: string): InLine[] {
  return tasks.flatMap(({ id, isNewcomer, before }) =>
    isNewcomer && before?.queue === queue
      ? [{ id, priority: before.priority, sequence: before.sequence }]
      : [],
  );
}

function byTurn(a: InLine, b: InLine): number {
  return a.priority - b.priority || a.sequence - b.sequence;
}

function isHead(line: { id: string }[], taken: Set<string>): boolean {
  return line.slice(0, taken.size).every(({ id }) => taken.has(id)) && line.length >= taken.size;
}
