import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";

const quietMs = 3_600_000;

/** Tells of a price that is not known, once an hour for each model. */
export function createUnknownAlarm({ clock, log }: { clock: Clock; log: Log }) {
  const toldUntil = new Map<string, number>();
  return ({ provider, model }: { provider: string; model?: string | undefined }): void => {
    const key = `${provider}/${model ?? ""}`;
    const now = clock.now();
    if ((toldUntil.get(key) ?? 0) > now) return;
    toldUntil.set(key, now + quietMs);
    log.warn("price unknown", { provider, ...(model !== undefined && { model }) });
  };
}
