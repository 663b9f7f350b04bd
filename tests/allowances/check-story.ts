import type { Outcome } from "./run-story.ts";

/** What a story has shown to be broken, each as a sentence. Empty where every promise held. */
export function checkStory(outcome: Outcome): string[] {
  const { violations, allowances, owed, trueSpending, held, reservations, left, published, unhandled } =
    outcome;
  const found = [...violations].map(([kind, what]) => `${kind}: ${what}`);
  let requests = 0;
  let told = 0;
  for (const [id, document] of allowances) {
    const { measure, slices, reserved, spent, limit } = document;
    told += document.told.length;
    if (reserved !== 0) found.push(`leak: ${reserved} of ${measure} stay reserved`);
    if (Object.keys(slices).length > 0)
      found.push(`leak: ${measure} still has slices ${JSON.stringify(slices)}`);
    if (document.sweepAt !== undefined) found.push(`leak: ${measure} is still to be swept`);
    if (measure === "requests") requests += spent;
    if (measure === "requests" && spent > limit) found.push(`limit: ${spent} of ${limit} requests`);
    if (measure !== "requests" && spent !== (owed.get(id) ?? 0))
      found.push(`sum: ${spent} of ${measure} is spent, and ${owed.get(id) ?? 0} was settled`);
    const used = trueSpending.get(id) ?? 0;
    if (spent < used) found.push(`truth: ${used} of ${measure} was used, and ${spent} is spent`);
    if ((held.get(id) ?? 0) !== 0) found.push(`unaccounted: tasks still hold ${held.get(id)} of ${measure}`);
  }
  if (requests < reservations) found.push(`requests: ${reservations} were let through, ${requests} counted`);
  if (left.length > 0) found.push(`events: ${left.length} were never published`);
  if (published.size !== told)
    found.push(`events: ${told} thresholds were told, ${published.size} published`);
  for (const error of unhandled) found.push(`unhandled: ${error}`);
  return found;
}
