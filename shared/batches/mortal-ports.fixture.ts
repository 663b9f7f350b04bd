import type { Random } from "../core/random.ts";
import { OutcomeUnknown } from "../platform/documents.ts";
import { createBackpressure } from "../queue/backpressure.ts";
import type { DriveDeps } from "./drive-batch.ts";

/**
 * What befalls the `at`-th operation. The process dies `before` it, or `after` it; or lives on, and the operation is `refused`, or
 * done with its answer `lost`.
 */
export type Fault = { at: number; what: "before" | "after" | "refused" | "lost" };

const ports = ["documents", "blobs", "events", "wakes"] as const;

/**
 * The same dependencies in a process that meets a fault on a port. Once it has died, no operation answers any more:
 * `died` resolves then. What it knows of the lines is its own.
 */
export function toMortal(
  deps: DriveDeps & { random: Random },
  fault: Fault,
): { deps: DriveDeps; died: Promise<void> } {
  const { promise: died, resolve } = Promise.withResolvers<void>();
  const never = new Promise<never>(() => undefined);
  let done = 0;

  async function live<T>(operation: () => Promise<T>): Promise<T> {
    done += 1;
    const isNow = done === fault.at;
    const dies = fault.what === "before" || fault.what === "after";
    if (!isNow && (!dies || done < fault.at)) return operation();
    const happens = isNow && (fault.what === "after" || fault.what === "lost");
    if (happens) await operation().catch(() => undefined);
    if (!dies) throw happens ? new OutcomeUnknown("lost") : new Error("refused");
    resolve();
    return never;
  }

  function toMortalPort<T extends object>(port: T): T {
    return new Proxy(port, {
      get(target, name) {
        const value = Reflect.get(target, name);
        return typeof value === "function"
          ? (...args: unknown[]) => live(() => Reflect.apply(value, target, args))
          : value;
      },
    });
  }

  const mortal = Object.fromEntries(ports.map((name) => [name, toMortalPort(deps[name])]));
  const backpressure = createBackpressure({ ...deps, ...mortal });
  return { deps: { ...deps, ...mortal, backpressure }, died };
}
