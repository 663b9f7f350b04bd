import type { Wakes } from "../platform/wakes.ts";
import type { Catalogue } from "./catalogue.ts";

/** The wakes, where the line of a registered model has its own come by its provider's way: `terraform apply` made it none. */
export function carryWakes(
  wakes: Wakes,
  { configured, knowsQueue, accountOf }: Pick<Catalogue, "configured" | "knowsQueue" | "accountOf">,
): Wakes {
  const ensureThrough: Wakes["ensure"] = async (wake, name, at) => {
    await knowsQueue(wake.queue);
    return wakes.ensure({ ...wake, through: accountOf(wake.queue) }, name, at);
  };
  return {
    slotMs: wakes.slotMs,
    ensure(wake, name, at) {
      const hasOwn = wake.endpoint !== undefined || Object.hasOwn(configured, wake.queue);
      return hasOwn ? wakes.ensure(wake, name, at) : ensureThrough(wake, name, at);
    },
  };
}
