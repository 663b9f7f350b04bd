/**
 * Latencies are counted in buckets whose upper bounds grow by a tenth: whatever is read back from a bucket is at most
 * 1/21 (4.8 %) off what went in. Bucket 0 ends at 1 ms; what took no time at all has a bucket of its own.
 */
const growth = 1.1;
const logGrowth = Math.log(growth);
const none = "none";

/** The name of the bucket that a duration falls into. */
export function toBucket(ms: number): string {
  return ms < 1 ? none : String(Math.ceil(Math.log(ms) / logGrowth - 1e-9));
}

/** What stands for every duration of a bucket: as far from its lower bound as from its upper one, relatively. */
export function fromBucket(bucket: string): number {
  return bucket === none ? 0 : (2 * growth ** Number(bucket)) / (growth + 1);
}

/** Counts by bucket. */
export type Buckets = Record<string, number>;

/** The duration that a share of all (0–1) did not exceed; `undefined` of none. */
export function toQuantile(buckets: Buckets, share: number): number | undefined {
  const sorted = Object.entries(buckets)
    .map(([bucket, count]) => ({ ms: fromBucket(bucket), count }))
    .sort((one, other) => one.ms - other.ms);
  const total = sorted.reduce((sum, { count }) => sum + count, 0);
  let left = Math.max(1, Math.ceil(share * total));
  for (const { ms, count } of sorted) {
    left -= count;
    if (left <= 0) return ms;
  }
  return undefined;
}
