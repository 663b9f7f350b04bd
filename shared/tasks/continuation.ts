import type { ChatInput } from "../api/chat.ts";
import type { TaskInput } from "../api/inputs.ts";
import type { Attempt } from "../api/task.ts";
import type { Platform } from "../platform/platform.ts";
import { freshRescue } from "../routing/decide-rescue.ts";
import type { HealthBook } from "../routing/health-book.ts";
import { type OutputPage, outputCollection } from "./output-pages.ts";
import type { TaskDocument } from "./task-document.ts";

/** The text an attempt goes on from, and the attempt that delivered the last of it. */
export type Continuation = { attempt: number; text: string };

/**
 * What the next attempt of a task goes on from; `undefined` where nothing was delivered, or the candidate whose turn it is
 * cannot go on from a text. Only that reads: the pages of the attempts before.
 */
export async function findContinuation(
  { documents, health }: Pick<Platform, "documents"> & { health: HealthBook },
  task: TaskDocument,
): Promise<Continuation | undefined> {
  const { route, rescue = freshRescue, mayContinue, model = "" } = task;
  if (!mayContinue || !route?.candidates[route.at]?.prefill || rescue.anew.includes(route.at))
    return undefined;
  const attempts = task.attempts.filter(({ n }) => n > (task.attemptsBefore ?? 0));
  if (!attempts.some(({ outputPages = 0 }) => outputPages > 0)) return undefined;
  if ((await health.read([model])).get(model)?.refusesPrefill) return undefined;
  const pages = await documents.query<OutputPage>({ collection: outputCollection(task.id) });
  const found = chooseContinuation(
    attempts,
    pages.map(({ data }) => data),
  );
  return found && found.text.trim() !== "" ? found : undefined;
}

/**
 * Of all that was delivered, the longest text that begins as the first one did: whoever has been given that can be given the
 * rest. Pure.
 */
export function chooseContinuation(
  attempts: readonly Attempt[],
  pages: readonly Pick<OutputPage, "attempt" | "page" | "text">[],
): Continuation | undefined {
  const texts = new Map<number, string>();
  for (const { n, continues, outputPages = 0 } of attempts) {
    const own = pages
      .filter(({ attempt, page }) => attempt === n && page < outputPages)
      .toSorted((a, b) => a.page - b.page)
      .map(({ text }) => text);
    if (own.length > 0) texts.set(n, (texts.get(continues ?? 0) ?? "") + own.join(""));
  }
  const [first = ""] = texts.values();
  const fitting = [...texts].filter(([, text]) => text.startsWith(first));
  const [best] = fitting.toSorted(([, a], [, b]) => b.length - a.length);
  return best && { attempt: best[0], text: best[1] };
}

/** The input with the text as a last message of the assistant. Vendors refuse one that ends in white space. */
export function withPrefill(input: TaskInput, text: string): TaskInput {
  const { messages } = input as ChatInput;
  return { ...(input as ChatInput), messages: [...messages, { role: "assistant", content: text.trimEnd() }] };
}
