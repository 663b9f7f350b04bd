import type { Attempt, Task } from "../../../shared/api/task.ts";
import { apiKey, type World } from "../world.ts";
import { type Door, type Got, messages } from "./door.ts";

const headers = { Authorization: `Bearer ${apiKey}`, "Content-Type": "application/json" };

/** POST /v1/tasks, then its events to the end. What a listener has put together must be the result. */
export const tasksDoor: Door = {
  name: "tasks",
  async ask(world, model = world.primary) {
    const startedAt = performance.now();
    const body = JSON.stringify({ type: "chat", model, stream: true, input: { messages } });
    const accepted = await fetch(`${world.url}/v1/tasks`, { method: "POST", headers, body });
    if (accepted.status !== 202) throw new Error(`not accepted: ${await accepted.text()}`);
    const { id } = (await accepted.json()) as Task;
    const heard = await follow(world, id);
    return { ...toGot(heard), tookMs: performance.now() - startedAt };
  },
};

/** The task as anybody can read it. */
export async function readTask({ url }: World, taskId: string): Promise<Task> {
  const answer = await fetch(`${url}/v1/tasks/${taskId}`, { headers });
  if (!answer.ok) throw new Error(`no task: ${await answer.text()}`);
  return (await answer.json()) as Task;
}

type Heard = { texts: Map<number, string>; attempts: Attempt[]; done: Task };

async function follow({ url }: World, taskId: string): Promise<Heard> {
  const texts = new Map<number, string>();
  const attempts: Attempt[] = [];
  const signal = AbortSignal.timeout(110_000);
  const response = await fetch(`${url}/v1/tasks/${taskId}/events`, { headers, signal });
  for await (const { event, data } of readEvents(response)) {
    if (event === "delta") {
      const { attempt, text } = data as { attempt: number; text: string };
      texts.set(attempt, (texts.get(attempt) ?? "") + text);
    }
    if (event === "attempt") attempts.push(data as Attempt);
    if (event === "done") return { texts, attempts, done: data as Task };
  }
  throw new Error("the events ended before the task");
}

function toGot({ texts, attempts, done }: Heard): Omit<Got, "tookMs"> {
  const { id, status, result, error, model, usage } = done;
  const got = { taskId: id, ...(model && { model }), text: toHeardText(attempts, texts) };
  if (status !== "succeeded") return { ...got, error: error ?? { code: status, message: "" } };
  const { text, finishReason } = result as { text: string; finishReason: string };
  if (text !== got.text) throw new Error(`a listener heard ${got.text}, and the result is ${text}`);
  const { inputTokens, cachedInputTokens, outputTokens } = usage;
  return {
    ...got,
    finishReason,
    usage: { input: inputTokens + cachedInputTokens, output: outputTokens },
  };
}

/** The text of the last attempt, with those it goes on from before it. */
function toHeardText(attempts: Attempt[], texts: Map<number, string>): string {
  let text = "";
  let next = attempts.at(-1);
  while (next) {
    text = (texts.get(next.n) ?? "") + text;
    const { continues } = next;
    next = continues === undefined ? undefined : attempts.find(({ n }) => n === continues);
  }
  return text;
}

type Event = { event: string; data: unknown };

async function* readEvents(response: Response): AsyncGenerator<Event> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of response.body ?? []) {
    rest += decoder.decode(chunk, { stream: true });
    const frames = rest.split("\n\n");
    rest = frames.pop() ?? "";
    yield* frames.flatMap(toEvent);
  }
}

function toEvent(frame: string): Event[] {
  const event = /^event: (.*)$/m.exec(frame)?.[1];
  const data = /^data: (.*)$/m.exec(frame)?.[1];
  return event && data ? [{ event, data: JSON.parse(data) }] : [];
}
