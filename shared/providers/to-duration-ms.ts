/** The longest wait taken from a vendor: above it a header is more likely a mistake than a fact. */
const longestMs = 24 * 60 * 60 * 1000;

const unitMs: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const part = /(\d+(?:\.\d+)?)(ms|[smhd])/g;

/**
 * A duration as Go writes it (`1s`, `6m0s`, `7.66s`, `20ms`), in whole milliseconds, rounded up; at most a day. Undefined for
 * anything else, a bare number included: nobody knows its unit.
 */
export function toDurationMs(text: string | null): number | undefined {
  if (text === null || !/^(\d+(\.\d+)?(ms|[smhd]))+$/.test(text)) return undefined;
  const parts = [...text.matchAll(part)].map(([, count, unit = ""]) => Number(count) * (unitMs[unit] ?? 0));
  return Math.min(Math.ceil(parts.reduce((sum, ms) => sum + ms, 0)), longestMs);
}
