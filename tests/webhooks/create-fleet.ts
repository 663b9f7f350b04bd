import { createLog } from "../../shared/core/log.ts";
import { randomIds } from "../../shared/core/random.ts";
import type { Documents } from "../../shared/platform/documents.ts";
import type { VirtualClock } from "../../shared/platform/embedded/virtual-clock.ts";
import type { Wake, Wakes } from "../../shared/platform/wakes.ts";
import {
  createLineRunner,
  type LineRunner,
  type LineRunnerDeps,
} from "../../shared/webhooks/create-line-runner.ts";
import type { Send } from "../../shared/webhooks/send.ts";
import type { Dice } from "../simulation/dice.ts";
import { addFaults, createMortal, type Mortal } from "./mortal-instance.ts";
import type { Storm } from "./storm.ts";
import type { Story } from "./story.ts";

export type Member = { mortal: Mortal; runner: LineRunner; deps: LineRunnerDeps };

/** The processes that hold lines. They come and go; a wake goes to any of those that live. */
export type Fleet = {
  start(): void;
  /** One that lives, if there is one. */
  pick(): Member | undefined;
};

type Parts = {
  clock: VirtualClock;
  dice: Dice;
  storm: Storm;
  documents: Documents;
  send: Send;
  story: Story;
};

const plain = {
  seal: async (_: object, text: string) => text,
  open: async (_: object, text: string) => text,
};

export function createFleet({ clock, dice, storm, documents, send, story }: Parts): Fleet {
  const members: Member[] = [];
  const log = createLog(() => undefined);
  const wakes = createSimulatedWakes({ clock, dice, storm }, pick);
  const publish: LineRunnerDeps["events"]["publish"] = async (event) => {
    if (storm.strikes("commitFailed")) throw new Error("the publisher is unavailable");
    story.told.push(event);
  };

  function pick(): Member | undefined {
    const [first, ...rest] = members.filter(({ mortal }) => mortal.isAlive());
    return first && dice.pick([first, ...rest]);
  }

  return {
    pick,
    start() {
      const mortal = createMortal(clock, dice.fork(`instance ${members.length}`));
      const ensure: Wakes["ensure"] = (...wake) => mortal.call(() => wakes.ensure(...wake));
      const deps = {
        ...{ documents: addFaults(documents, mortal, storm.strikes), wakes: { ...wakes, ensure } },
        ...{ clock: mortal.clock, ids: randomIds, random: () => dice.next(), events: { publish } },
        ...{ seal: plain, send, log, closing: new AbortController().signal },
      };
      const runner = createLineRunner(deps, dice.pick([3, 20, 200] as const));
      members.push({ mortal, deps, runner });
    },
  };
}

/** Wakes as Cloud Tasks has them: named, late, doubled, lost, and tried again a few times. */
function createSimulatedWakes(
  { clock, dice, storm }: Pick<Parts, "clock" | "dice" | "storm">,
  pick: () => Member | undefined,
): Wakes {
  const taken = new Set<string>();

  function deliver(wake: Wake, tries = 1): void {
    const again = () => void (tries < 6 && clock.after(500 * 2 ** tries, () => deliver(wake, tries + 1)));
    const member = pick();
    if (member) member.runner.handleWake(wake).catch(again);
    else again();
  }

  return {
    slotMs: 250,
    async ensure(wake, name, at) {
      if (storm.chance(0.02)) throw new Error("the wake service is unavailable");
      if (taken.has(name)) return;
      taken.add(name);
      if (storm.chance(0.1)) return;
      const lateMs = storm.chance(0.1) ? dice.between(100, 20_000) : 0;
      const delayMs = Math.max(0, at - clock.now());
      clock.after(delayMs + lateMs, () => deliver(wake));
      if (storm.chance(0.2)) clock.after(delayMs + 5_000, () => deliver(wake));
    },
  };
}
