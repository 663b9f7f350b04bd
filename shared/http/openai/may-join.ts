import type { ChatInput } from "../../api/chat.ts";

/** Whether texts of two attempts may be joined: arguments and JSON of two would not be one another's. */
export function mayJoin({ tools, responseFormat }: ChatInput): boolean {
  return !tools && (responseFormat?.type ?? "text") === "text";
}
