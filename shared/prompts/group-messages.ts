import type { ChatMessage } from "../api/chat.ts";

/** Messages that stay or go together, by their place: from `from` up to, and without, `to`. */
export type Span = { from: number; to: number };

/** Each message by itself, but a tool call with all of its results, and what stands between them. Pure. */
export function toGroups(messages: readonly ChatMessage[]): Span[] {
  const lasts = toLasts(messages);
  const groups: Span[] = [];
  for (let from = 0; from < messages.length; ) {
    let last = from;
    for (let at = from; at <= last; at++) last = Math.max(last, lasts[at] ?? at);
    groups.push({ from, to: last + 1 });
    from = last + 1;
  }
  return groups;
}

/** Of each message, the place of the last result of its calls. */
function toLasts(messages: readonly ChatMessage[]): number[] {
  const lasts = messages.map((_, index) => index);
  const callers = new Map<string, number>();
  for (const [index, message] of messages.entries()) {
    if (message.role === "assistant") for (const { id } of message.toolCalls ?? []) callers.set(id, index);
    if (message.role === "tool") lasts[callers.get(message.toolCallId) ?? index] = index;
  }
  return lasts;
}

/** Groups as turns: each begins with a message of the user, the first with whatever comes first. Pure. */
export function toTurns(messages: readonly ChatMessage[], groups: readonly Span[]): Span[][] {
  const turns: Span[][] = [];
  for (const group of groups) {
    const turn = turns.at(-1);
    if (turn && !hasUser(messages, group)) turn.push(group);
    else turns.push([group]);
  }
  return turns;
}

export function hasUser(messages: readonly ChatMessage[], { from, to }: Span): boolean {
  return messages.slice(from, to).some(({ role }) => role === "user");
}
