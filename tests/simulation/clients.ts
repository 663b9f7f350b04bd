import type { Principal } from "../../shared/access/principal.ts";
import type { Attempt, SubmitTask } from "../../shared/api/task.ts";
import { terminalStatuses } from "../../shared/api/task-type.ts";
import { toTime } from "../../shared/core/clock.ts";
import { cancelTask } from "../../shared/tasks/change-task.ts";
import { followTask, toPosition } from "../../shared/tasks/follow-task.ts";
import { replayTask } from "../../shared/tasks/replay-task.ts";
import { reprioritiseTask } from "../../shared/tasks/reprioritise-task.ts";
import { uploadKey } from "../../shared/tasks/stored-files.ts";
import { submitTask } from "../../shared/tasks/submit-task.ts";
import { waitForTask } from "../../shared/tasks/wait-for-task.ts";
import type { Dice } from "./dice.ts";
import type { Fleet, Member } from "./fleet.ts";
import type { History } from "./history.ts";
import type { Scenario, TaskPlan } from "./scenario.ts";
import type { BlobStore } from "./simulated-blobs.ts";
import type { World } from "./world.ts";

export const ann: Principal = { tenant: "acme", user: "ann", role: "user" };

export type ClientParts = {
  scenario: Scenario;
  world: World;
  fleet: Fleet;
  history: History;
  dice: Dice;
  epochMs: number;
  blobs: BlobStore;
};

/** A client that has heard nothing for so long asks somebody else, if its request has a name. */
const patienceMs = 20_000;
const mostTries = 6;

/** Brings all tasks of the scenario at their times, and cancels, follows and waits as planned. */
export function startClients(parts: ClientParts): void {
  const { scenario, world, blobs } = parts;
  blobs.set(uploadKey({ tenant: ann.tenant, createdBy: ann.user }, uploads.present), {
    info: { key: "upload", contentType: "image/png", bytes: 3 },
    content: new Uint8Array([1, 2, 3]),
  });
  for (const plan of scenario.tasks) world.after(plan.atMs, () => bring(parts, plan));
}

function bring(parts: ClientParts, plan: TaskPlan): void {
  const dice = parts.dice.fork(plan.label);
  let isKnown = false;
  const onKnown = (taskId: string) => {
    if (isKnown) return;
    isKnown = true;
    planRest(parts, plan, taskId, dice.fork("rest"));
  };
  for (let copy = 0; copy < plan.copies; copy++) {
    submit(parts, plan, { dice: dice.fork(`copy${copy}`), triesLeft: mostTries, onKnown });
  }
}

type Attempted = { dice: Dice; triesLeft: number; onKnown: (taskId: string) => void };

function submit(parts: ClientParts, plan: TaskPlan, { dice, triesLeft, onKnown }: Attempted): void {
  const { world, history } = parts;
  let isHeard = false;
  const again = (delayMs: number) => {
    if (!plan.key || triesLeft <= 1) return;
    world.after(delayMs, () => isHeard || submit(parts, plan, { dice, triesLeft: triesLeft - 1, onKnown }));
  };
  const found = ask(
    parts,
    { what: "submit", label: plan.label, dice },
    async ({ instance: { name }, conea }) => {
      const start = conea.runner.openStart();
      const options = {
        ...(plan.waitMs !== undefined && { startsHere: true, keepStarted: start.keep }),
        ...(plan.key && { idempotencyKey: plan.key }),
      };
      const { task } = await submitTask(conea, ann, toRequest(parts, plan), options);
      isHeard = true;
      history.record({ kind: "submitted", label: plan.label, taskId: task.id, by: name });
      onKnown(task.id);
      if (plan.waitMs === undefined) return;
      if (!terminalStatuses.has(task.status)) await start.run(task);
      const ended = await waitForTask(conea, task.id, { waitMs: plan.waitMs });
      history.record({ kind: "waited", taskId: task.id, by: name, status: ended?.status ?? "unseen" });
    },
  );
  if (!found) return void world.after(1_000, () => submit(parts, plan, { dice, triesLeft, onKnown }));
  again(patienceMs);
}

type Question = { what: string; label: string; dice: Dice };

/** Has a living API instance do something; what goes wrong there is the client's refusal. `false` when there is none. */
function ask(
  { fleet, history }: ClientParts,
  { what, label, dice }: Question,
  run: (member: Member) => Promise<void>,
): boolean {
  const member = fleet.find("api", dice);
  if (!member) return false;
  const { instance } = member;
  history.record({ kind: "asked", what, label, by: instance.name });
  instance.enter(() => {
    run(member).catch((error) =>
      history.record({ kind: "refused", what, label, by: instance.name, error: String(error) }),
    );
  });
  return true;
}

function planRest(parts: ClientParts, plan: TaskPlan, taskId: string, dice: Dice): void {
  const { world } = parts;
  if (plan.cancelAfterMs !== undefined) {
    world.after(plan.cancelAfterMs, () => cancel(parts, plan, taskId, dice.fork("cancel")));
  }
  if (plan.replayAfterMs !== undefined) {
    world.after(plan.replayAfterMs, () => replay(parts, plan, taskId, dice.fork("replay"), 3));
  }
  const { reprioritise } = plan;
  if (reprioritise) {
    world.after(reprioritise.afterMs, () => {
      ask(
        parts,
        { what: "reprioritise", label: plan.label, dice: dice.fork("priority") },
        async ({ conea }) => {
          await reprioritiseTask(conea, ann, taskId, reprioritise.priority);
        },
      );
    });
  }
  if (plan.follow) follow(parts, plan, taskId, dice.fork("follow"));
}

/** Asks for one replay under one key, several times over. */
function replay(parts: ClientParts, plan: TaskPlan, taskId: string, dice: Dice, times: number): void {
  const { label, replayQueue } = plan;
  ask(parts, { what: "replay", label, dice }, async ({ instance, conea }) => {
    const options = {
      idempotencyKey: `replay-${label}`,
      ...(replayQueue !== undefined && { model: `m-${replayQueue}` }),
    };
    const { task } = await replayTask(conea, ann, taskId, options);
    parts.history.record({ kind: "replayed", taskId, epoch: task.epoch, by: instance.name });
  });
  if (times > 1)
    parts.world.after(dice.between(0, 4_000), () => replay(parts, plan, taskId, dice, times - 1));
}

function cancel(parts: ClientParts, { label }: TaskPlan, taskId: string, dice: Dice): void {
  ask(parts, { what: "cancel", label, dice }, async ({ instance, conea }) => {
    await cancelTask({ ...conea, abort: conea.runner.abort }, ann, taskId);
    parts.history.record({ kind: "cancelled", taskId, by: instance.name });
  });
}

/** Follows to the end, and records the text of the last attempt as it came in. */
function follow(parts: ClientParts, { label }: TaskPlan, taskId: string, dice: Dice): void {
  ask(parts, { what: "follow", label, dice }, async ({ instance, conea }) => {
    const signal = new AbortController().signal;
    const texts = new Map<number, string>();
    for await (const event of followTask(conea, taskId, { start: toPosition(null), signal })) {
      if (event.event === "delta") {
        texts.set(event.data.attempt, (texts.get(event.data.attempt) ?? "") + event.data.text);
      }
      if (event.event !== "done") continue;
      const text = toWholeText(event.data.attempts, texts);
      parts.history.record({ kind: "followed", taskId, by: instance.name, text, status: event.data.status });
    }
  });
}

/** The text of the last attempt, after those it went on from. */
function toWholeText(attempts: readonly Attempt[], texts: Map<number, string>): string {
  let whole = "";
  for (let one = attempts.at(-1); one; one = attempts.find(({ n }) => n === one?.continues))
    whole = (texts.get(one.n) ?? "") + whole;
  return whole;
}

const uploads = { present: `blob_${"p".repeat(26)}`, missing: `blob_${"m".repeat(26)}` };

function toRequest({ epochMs }: ClientParts, plan: TaskPlan): SubmitTask {
  const { label, queue, priority, stream, notBeforeMs, expiresInSeconds, upload, fallbacks } = plan;
  const text = { type: "text" as const, text: label };
  const image = upload && { type: "image" as const, image: { blob: uploads[upload] } };
  return {
    type: "chat",
    model: `m-${queue}`,
    ...(fallbacks && { route: { fallbacks: fallbacks.map((id) => `m-${id}`) } }),
    input: { messages: [{ role: "user", content: image ? [text, image] : label }] },
    priority,
    stream,
    ...(notBeforeMs !== undefined && { notBefore: toTime(epochMs + notBeforeMs) }),
    ...(expiresInSeconds !== undefined && { expiresInSeconds }),
  };
}
