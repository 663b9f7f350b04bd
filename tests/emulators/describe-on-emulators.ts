import { describe, inject } from "vitest";
import type { EmulatorHosts } from "./emulator-hosts.ts";

type Name = keyof EmulatorHosts;

/**
 * A suite that needs these emulators. Where one is missing the suite is skipped, and its name says what is missing; under
 * CI=true the run fails before it comes here.
 */
export function describeOnEmulators(needs: Name[], name: string, suite: () => void): void {
  const emulators = inject("emulators");
  const missing = needs.flatMap((need) => ("missing" in emulators[need] ? [emulators[need].missing] : []));
  describe.skipIf(missing.length > 0)([name, ...missing].join(" — "), suite);
}

/** `host:port` of a running emulator. */
export function hostOf(need: Name): string {
  const place = inject("emulators")[need];
  if ("missing" in place) throw new Error(place.missing);
  return place.host;
}
