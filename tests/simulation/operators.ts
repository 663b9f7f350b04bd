import type { Principal } from "../../shared/access/principal.ts";
import { pauseQueue } from "../../shared/queue/pause-queue.ts";
import { recover } from "../../shared/queue/recover.ts";
import { resetBreaker } from "../../shared/queue/reset-breaker.ts";
import { resumeQueue } from "../../shared/queue/resume-queue.ts";
import { replayDeadLetters } from "../../shared/tasks/replay-dead-letters.ts";
import type { Dice } from "./dice.ts";
import type { Fleet, Member } from "./fleet.ts";
import type { History } from "./history.ts";
import type { Chore, Scenario } from "./scenario.ts";
import type { WakeService } from "./simulated-wakes.ts";
import type { World } from "./world.ts";

const admin: Principal = { tenant: "acme", user: "root", role: "admin" };

/**
 * How long after the last fault every pause is over for good: a process that stood still with a pause on its way has come
 * back by then.
 */
export const lastResumeMs = 140_000;
const againMs = 5_000;

export type OperatorParts = {
  scenario: Scenario;
  world: World;
  fleet: Fleet;
  wakes: Pick<WakeService, "forget">;
  history: History;
  dice: Dice;
};

/** Does the scenario's chores at their times. A pause is lifted after its time, and once more when all faults are over. */
export function startOperators(parts: OperatorParts): void {
  const { scenario, world, dice } = parts;
  for (const [index, chore] of scenario.chores.entries()) {
    const own = dice.fork(String(index));
    const act = () => (chore.what === "disaster" ? strike(parts, chore) : operate(parts, chore, own));
    world.after(chore.atMs, act);
    if (chore.what === "replay") world.after(chore.atMs + chore.forMs, () => operate(parts, chore, own));
    if (chore.what !== "pause") continue;
    world.after(chore.atMs + chore.forMs, () => resume(parts, chore, own.fork("resume")));
    world.after(toLastResume(scenario), () => resume(parts, chore, own.fork("at last")));
  }
}

export function toLastResume({ faults, chores }: Scenario): number {
  return Math.max(faults.untilMs, ...chores.map(({ atMs, forMs }) => atMs + forMs)) + lastResumeMs;
}

function operate(parts: OperatorParts, { what, queue }: Chore, dice: Dice): void {
  ask(parts, dice, what, queue, async ({ conea }) => {
    if (what === "pause") await pauseQueue(conea, admin, queue);
    if (what === "reset") await resetBreaker(conea, admin, queue);
    if (what === "recover") await recover(conea, admin);
    if (what === "replay") await replayDeadLetters(conea, admin, { filter: {} }, "replay-all");
  });
}

/** Everything dies at once, and every wake is lost. The operator recovers until it is done; then all come up again. */
function strike(parts: OperatorParts, { forMs }: Chore): void {
  const { fleet, wakes, world } = parts;
  fleet.perish();
  wakes.forget();
  world.after(forMs, () => recoverAlone(parts));
}

function recoverAlone(parts: OperatorParts): void {
  const { fleet, history, world } = parts;
  const { instance, conea } = fleet.startAlone();
  const tell = (how: "asked" | "done") =>
    history.record({ kind: "chore", what: "disaster", how, queue: "all", by: instance.name });
  let isOver = false;
  tell("asked");
  const end = (isDone: boolean) => {
    if (isOver) return;
    isOver = true;
    if (!isDone) return void world.after(againMs, () => recoverAlone(parts));
    tell("done");
    instance.die("its work is done");
    fleet.rise();
  };
  instance.onDeath(() => end(false));
  instance.enter(() => {
    recover(conea, admin, { orphans: true }).then(
      () => end(true),
      () => instance.die("could not recover"),
    );
  });
}

/** Asks until it is acknowledged. */
function resume(parts: OperatorParts, { queue }: Chore, dice: Dice): void {
  const { world } = parts;
  let isDone = false;
  const again = () => {
    if (isDone) return;
    ask(parts, dice, "resume", queue, async ({ conea }) => {
      await resumeQueue(conea, admin, queue);
      isDone = true;
    });
    world.after(againMs, again);
  };
  again();
}

function ask(
  { fleet, history }: OperatorParts,
  dice: Dice,
  what: string,
  queue: string,
  run: (member: Member) => Promise<void>,
): void {
  const member = fleet.find("api", dice);
  if (!member) return;
  const { instance } = member;
  const tell = (how: "asked" | "done" | "refused") =>
    history.record({ kind: "chore", what, how, queue, by: instance.name });
  tell("asked");
  instance.enter(() => {
    run(member).then(
      () => tell("done"),
      () => tell("refused"),
    );
  });
}
