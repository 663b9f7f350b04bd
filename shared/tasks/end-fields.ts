import { toEndedFields } from "../allowances/to-reserved-fields.ts";
import { totalTokens } from "../api/usage.ts";
import type { TaskDocument } from "./task-document.ts";

/** What every write that ends a task sets for what was reserved for it; nothing where nothing was. */
export function endFields({
  reserved,
  usage,
}: Pick<TaskDocument, "reserved" | "usage">): Pick<TaskDocument, "unaccounted" | "usedTokens"> {
  const ended = toEndedFields(reserved ? { reserved } : {});
  return ended.unaccounted ? { ...ended, usedTokens: totalTokens(usage) } : {};
}
