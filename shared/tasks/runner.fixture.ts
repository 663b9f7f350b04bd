import type { Event } from "../api/events.ts";
import type { Provider, ProviderAnswer } from "../providers/provider.ts";
import { aChat, openTestConea, type TestOptions } from "./conea.fixture.ts";
import type { TaskDocument } from "./task-document.ts";

export const usage = { inputTokens: 1, cachedInputTokens: 0, outputTokens: 1 };
/** What a provider of a test answers where that does not matter. */
export const answer: ProviderAnswer<"chat"> = { result: { text: "ok", finishReason: "stop" }, usage };

/** A provider that notes when each call starts, on the clock of the test. */
export async function openNoting(options: TestOptions, callMs = 0) {
  const starts: { at: number; text: string }[] = [];
  let inFlight = 0;
  let mostInFlight = 0;
  const provider: Provider = {
    async chat({ input }) {
      starts.push({ at: test.clock.now(), text: String(input.messages[0]?.content) });
      mostInFlight = Math.max(mostInFlight, ++inFlight);
      await new Promise<void>((resolve) => test.clock.after(callMs, resolve));
      inFlight--;
      return answer;
    },
  };
  const test = await openTestConea({ ...options, provider });
  const submitMany = async (count: number, change: (index: number) => object = () => ({})) => {
    const submitted: TaskDocument[] = [];
    for (let index = 0; index < count; index++) {
      const input = { messages: [{ role: "user" as const, content: String(index) }] };
      submitted.push((await test.submit(aChat({ input, ...change(index) }))).task);
    }
    return submitted;
  };
  return { ...test, starts, submitMany, mostInFlight: () => mostInFlight };
}

/** What a consumer sees that drops the events it has had. */
export function kindsOf(events: Event[]): string[] {
  return [...new Set(events.map(({ sequence, type }) => `${sequence} ${type}`))];
}

/** Fails the first calls with these errors, then answers. */
export function failing(...errors: Error[]): Provider {
  return {
    async chat() {
      const error = errors.shift();
      if (error) throw error;
      return answer;
    },
  };
}
