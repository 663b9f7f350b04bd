/** How a model has been doing: exponentially weighted, so that the latest calls count most. */
export type ModelHealth = {
  /** Of its calls, how many the model answered: 0 to 1. */
  success: number;
  /** From the start of a call to the first sign of text. */
  firstTokenMs?: number;
  totalMs?: number;
  /** When it was last measured (epoch ms). */
  at: number;
  /** It refused to go on from a last message of the assistant. */
  refusesPrefill?: true;
};

/** What one call tells of a model. */
export type HealthSample = { isGood: boolean; firstTokenMs?: number; totalMs?: number };

/** How much one call counts. */
const weight = 0.2;
/** After so long without a call, half of a bad name is forgotten: what nobody calls could never get better. */
const halfLifeMs = 30_000;

/** The health after one call more, at `now`. Pure. */
export function withSample(
  health: ModelHealth | undefined,
  { isGood, firstTokenMs, totalMs }: HealthSample,
  now: number,
): ModelHealth {
  const success = successAt(health, now);
  const first = blend(health?.firstTokenMs, firstTokenMs);
  const total = blend(health?.totalMs, totalMs);
  return {
    success: success + weight * ((isGood ? 1 : 0) - success),
    ...(first !== undefined && { firstTokenMs: first }),
    ...(total !== undefined && { totalMs: total }),
    at: now,
    ...(health?.refusesPrefill && { refusesPrefill: true }),
  };
}

function blend(known: number | undefined, measured: number | undefined): number | undefined {
  if (measured === undefined || known === undefined) return measured ?? known;
  return known + weight * (measured - known);
}

/** The success ratio as it is to be believed at `now`: what is not known counts as good. */
export function successAt(health: ModelHealth | undefined, now: number): number {
  if (!health) return 1;
  return 1 - (1 - health.success) * 2 ** (-Math.max(0, now - health.at) / halfLifeMs);
}
