/** A whole number that is not negative, as a header says it. Some servers say -1 for "no limit": that is none. */
export function toCount(text: string | null): number | undefined {
  const count = text !== null && /^\s*\d+\s*$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(count) ? count : undefined;
}
