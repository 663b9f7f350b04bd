import { expect } from "vitest";
import { json } from "../../functions/api/api.fixture.ts";
import type { Task } from "../../shared/api/task.ts";
import { sweep } from "../../shared/queue/sweep.ts";
import { expectAnswer, type ModelWorld } from "./model-world.ts";
import { type Person, people, pick, type Step } from "./steps.ts";
import { takeKeyStep } from "./take-key-step.ts";

type Page = { items: Task[]; nextCursor?: string };

const nobodys = `task_${"a".repeat(26)}`;

/** Does with the interface what the step says, tells the reference, and compares their answers. */
export async function takeStep(world: ModelWorld, step: Step, count: number): Promise<void> {
  const { reference, ask } = world;
  const { queue } = reference;
  switch (step.do) {
    case "submit":
      return submit(world, step, count);
    case "get":
    case "cancel":
    case "delete":
    case "replay":
    case "reprioritise":
      return act(world, step);
    case "pause":
    case "resume": {
      const expected = reference.operate(step.who, queue[step.do]);
      return expectAnswer(await ask(step.who, `/v1/queues/main/${step.do}`, { method: "POST" }), expected);
    }
    case "list":
      return list(world, step);
    case "list dead letters":
      return expect((await listDead(world, step.who)).toSorted()).toEqual(deadOf(world, step.who));
    case "replay dead letters":
      return replayDead(world, step.who);
    case "provider":
      return endCall(world, step);
    case "pass time":
      return world.pass(step.seconds);
    case "sweep":
      queue.expireWaiting();
      await sweep(world.conea);
      return undefined;
    default:
      return takeKeyStep(world, step);
  }
}

type TaskStep = Extract<Step, { do: "get" | "cancel" | "delete" | "replay" | "reprioritise" }>;

async function act({ ask, reference }: ModelWorld, step: TaskStep): Promise<void> {
  const { which } = step;
  const task = pick(reference.queue.tasks, which);
  const owner = Object.keys(people).find((name) => name === task?.user) as Person | undefined;
  const who = step.who === "owner" ? (owner ?? "ann") : step.who;
  const path = `/v1/tasks/${task?.id ?? nobodys}`;
  if (step.do === "get") return expectAnswer(await ask(who, path), reference.get(who, which));
  if (step.do === "delete") {
    const expected = reference.delete(who, which);
    return expectAnswer(await ask(who, path, { method: "DELETE" }), expected);
  }
  const isRanked = step.do === "reprioritise";
  const expected = isRanked
    ? reference.reprioritise(who, which, step.priority)
    : reference[step.do](who, which);
  const body = isRanked ? { priority: step.priority } : undefined;
  return expectAnswer(
    await ask(who, `${path}/${step.do}`, { method: "POST", ...(body && { body }) }),
    expected,
  );
}

async function submit(world: ModelWorld, step: Extract<Step, { do: "submit" }>, count: number) {
  const { who, wish, key, waits } = step;
  // With a key the text is the same for the same wish; without one each task has its own.
  const text = `${wish.kind} ${key ? JSON.stringify([who, key, wish]) : `#${count}`}`;
  const expected = world.reference.submit(step, text);
  const headers = { ...(key && { "Idempotency-Key": key }), ...(waits && { Prefer: "wait=1" }) };
  const body = world.toBody(wish, text);
  return expectAnswer(await world.ask(who, "/v1/tasks", { method: "POST", body, headers, waits }), expected);
}

async function list({ ask, reference }: ModelWorld, step: Extract<Step, { do: "list" }>): Promise<void> {
  const { who, status, entity, limit } = step;
  const wanted = new URLSearchParams({
    limit: String(limit),
    ...(status && { status }),
    ...(entity && { relatedEntity: entity }),
  });
  const pages: string[][] = [];
  const expected = reference.visible(who, status, entity).map(({ id }) => id);
  for (let cursor: string | undefined = ""; cursor !== undefined; ) {
    const query: string = cursor ? `${wanted}&cursor=${cursor}` : `${wanted}`;
    const page: Page = await json<Page>(await ask(who, `/v1/tasks?${query}`));
    pages.push(page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  }
  expect(pages.flat()).toEqual(expected);
  expect(pages).toHaveLength(Math.max(1, Math.ceil(expected.length / limit)));
}

async function listDead({ ask }: ModelWorld, who: Person): Promise<string[]> {
  const { items } = await json<Page>(await ask(who, "/v1/dead-letters?limit=100"));
  return items.map(({ id }) => id);
}

function deadOf({ reference }: ModelWorld, who: Person): string[] {
  return reference
    .visible(who, "dead")
    .map(({ id }) => id)
    .toSorted();
}

async function replayDead({ ask, reference }: ModelWorld, who: Person): Promise<void> {
  const dead = reference.visible(who, "dead");
  // Which of several joins the line first is not promised.
  if (dead.length > 1) return;
  const answer = await ask(who, "/v1/dead-letters/replay", { method: "POST", body: { filter: {} } });
  if (answer.status === 403) return expectAnswer(answer, reference.replay("vic", 0));
  for (const task of dead) reference.queue.replay(task);
  reference.queue.comeToRest();
  expect(await answer.json()).toEqual({ replayed: dead.length, failed: 0, more: false });
}

async function endCall(world: ModelWorld, { which, outcome }: Extract<Step, { do: "provider" }>) {
  const { queue } = world.reference;
  const running = queue.running();
  const task = running[which % Math.max(running.length, 1)];
  if (!task) return;
  world.endCall(task.text, outcome);
  queue.end(task, outcome);
  queue.comeToRest();
}
