import type { AllowanceState } from "../api/allowances.ts";
import type { Platform } from "../platform/platform.ts";
import {
  type AllowanceDocument,
  allowancePath,
  toAllowance,
  toAllowanceId,
  toUnused,
} from "./allowance-document.ts";
import type { HeldLimit } from "./limit-book.ts";
import { toState } from "./to-state.ts";

/** How the allowances of limits stand in the present period: as far as it was written. */
export async function readStates(
  { documents }: Pick<Platform, "documents">,
  limits: HeldLimit[],
  now: number,
): Promise<AllowanceState[]> {
  return Promise.all(
    limits.map(async (limit) => {
      const allowance = toAllowance(limit, limit, now);
      const snapshot = await documents.get<AllowanceDocument>(allowancePath(toAllowanceId(allowance)));
      const document = snapshot?.data ?? toUnused(allowance, limit.count, limit.version);
      const isNewer = limit.version >= document.limitVersion;
      return toState(isNewer ? { ...document, limit: limit.count } : document);
    }),
  );
}
