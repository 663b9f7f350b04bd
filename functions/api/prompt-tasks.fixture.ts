import type { ChatInput } from "../../shared/api/chat.ts";
import type { Provider } from "../../shared/providers/provider.ts";
import { echo, type TestOptions } from "../../shared/tasks/conea.fixture.ts";
import { openApi, type Sent } from "./api.fixture.ts";

export const wait = { Prefer: "wait=30" };

export type Problem = { code: string; detail: string; errors: { field: string }[] };

/** A provider that remembers what it was asked, and sums up as the test says. */
export function recorder(summary: (input: ChatInput) => Promise<string> | string = () => "They talked.") {
  const asked: { name: string | undefined; input: ChatInput }[] = [];
  const provider: Provider = {
    async chat(call) {
      asked.push({ name: call.model, input: call.input });
      const [first] = call.input.messages;
      const isSummary = first?.role === "system" && first.content.startsWith("Sum up");
      if (!isSummary) return (await echo.chat?.(call)) ?? Promise.reject(new Error("no echo"));
      const usage = { inputTokens: 1, cachedInputTokens: 0, outputTokens: 1 };
      return { result: { text: await summary(call.input), finishReason: "stop" }, usage };
    },
  };
  return { asked, provider };
}

/** The API with a prompt `greet`, and chats to submit. */
export async function openChats(options: TestOptions = {}) {
  const test = await openApi(options);
  await test.send("/v1/prompts", {
    method: "POST",
    body: {
      id: "greet",
      template: [{ role: "system", content: "You are {{who}}." }],
      variables: { who: {} },
    },
  });
  const chat = (input: object, sent: Sent = {}, rest: object = {}) => test.submit({ input, ...rest }, sent);
  return { ...test, chat };
}

export const hello = { role: "user", content: "Hello" };
export const use = { id: "greet", variables: { who: "Bo" } };
