import type { Task } from "../../../shared/api/task.ts";
import { createDice } from "../../simulation/dice.ts";
import type { Answer, ApiClient } from "./create-api-client.ts";

/** What was acknowledged, and what else the API said about it. */
export type Submitted = {
  id: string;
  /** As the vendor sees it. */
  prompt: string;
  queue: string;
  /** The ids that the same request with the same Idempotency-Key was given. */
  again: string[];
  cancel?: "done" | "too late";
};

/** A tenth of the tasks is submitted twice, a sixteenth cancelled, a sixth streamed. */
const twice = 0.1;
const cancelled = 0.06;
const streamed = 0.16;
/** How many requests of the clients are under way at once. */
const clients = 12;

export type Load = { seed: number; count: number; queues: readonly [string, ...string[]] };

/** Submits tasks of all kinds, and resolves once each is acknowledged. */
export async function submitLoad(api: ApiClient, { seed, count, queues }: Load): Promise<Submitted[]> {
  const dice = createDice(seed, "load");
  const numbers = Array.from({ length: count }, (_, number) => number).values();
  const submitted: Submitted[] = [];

  async function submit(number: number): Promise<void> {
    const own = dice.fork(String(number));
    const queue = own.pick(queues);
    const content = `task ${number}`;
    const request = {
      type: "chat",
      model: queue,
      input: { messages: [{ role: "user", content }] },
      priority: own.between(0, 9),
      stream: own.chance(streamed),
    };
    const times = own.chance(twice) ? 2 : 1;
    const headers = { "Idempotency-Key": `once-${number}` };
    const answers = await Promise.all(
      Array.from({ length: times }, () => api.call("POST", "/v1/tasks", request, headers)),
    );
    const [id = "", ...again] = answers.map(toAcknowledged);
    const cancel = own.chance(cancelled) ? await cancelTask(api, id) : undefined;
    submitted.push({ id, prompt: JSON.stringify(content), queue, again, ...(cancel && { cancel }) });
  }

  // Each client takes the next number where the others have left off.
  await Promise.all(
    Array.from({ length: clients }, async () => {
      for (const number of numbers) await submit(number);
    }),
  );
  return submitted;
}

function toAcknowledged({ status, body }: Answer<Task>): string {
  if (status === 202) return body.id;
  throw new Error(`a task was not acknowledged: ${status} ${JSON.stringify(body)}`);
}

async function cancelTask(api: ApiClient, id: string): Promise<Submitted["cancel"]> {
  const { status, body } = await api.call<unknown>("POST", `/v1/tasks/${id}/cancel`);
  if (status === 200) return "done";
  if (status === 409) return "too late";
  throw new Error(`a cancel was answered ${status}: ${JSON.stringify(body)}`);
}
