import type { Line } from "./line.ts";

/** What a model does with one request. */
export type Behaviour = (line: Line) => Promise<void> | void;

const answer: Behaviour = (line) => line.finish();

const once =
  (fault: Behaviour): Behaviour =>
  (line) =>
    line.earlier === 0 ? fault(line) : answer(line);

/** Models by name. Numbers in a name are tokens, or milliseconds where it says so. */
const behaviours: [RegExp, (number: number) => Behaviour][] = [
  [/^healthy(-[a-z]+)*$/, () => answer],
  [/^fault-429-once$/, () => once((line) => line.refuse("rate", { "retry-after": "2" }))],
  [/^fault-429$/, () => (line) => line.refuse("rate")],
  [/^fault-500-once$/, () => once((line) => line.refuse("server"))],
  [/^fault-500$/, () => (line) => line.refuse("server")],
  [/^fault-503$/, () => (line) => line.refuse("unavailable")],
  [/^fault-reset$/, () => (line) => line.reset()],
  [/^fault-silent$/, () => (line) => line.hang()],
  [
    /^fault-headers-then-silence$/,
    () => (line) => {
      line.head();
      return line.hang();
    },
  ],
  [
    /^fault-first-token-after-(\d+)ms$/,
    (ms) => async (line) => {
      line.head();
      if (await line.wait(ms)) await line.finish();
    },
  ],
  [
    /^fault-opened-first-token-after-(\d+)ms$/,
    (ms) => async (line) => {
      await line.open();
      if (await line.wait(ms)) await line.finish();
    },
  ],
  [
    /^fault-cut-after-(\d+)$/,
    (count) => async (line) => {
      await line.say(count);
      line.cut();
    },
  ],
  [
    /^fault-stall-after-(\d+)$/,
    (count) => async (line) => {
      await line.say(count);
      await line.hang();
    },
  ],
  [
    /^fault-malformed-after-(\d+)$/,
    (count) => async (line) => {
      await line.say(count);
      await line.garble();
      await line.finish();
    },
  ],
  [/^fault-no-end-mark$/, () => (line) => line.finish({ endMark: false })],
  [/^fault-400-context$/, () => (line) => line.refuse("context")],
  [/^fault-400-policy$/, () => (line) => line.refuse("policy")],
  [
    /^fault-down-for-(\d+)ms$/,
    (ms) => (line) => (line.sinceFirstMs < ms ? line.refuse("unavailable") : line.finish()),
  ],
];

/** Finds what the model of a name does; a name nobody has answers 404. */
export function findBehaviour(model: string): Behaviour {
  for (const [name, toBehaviour] of behaviours) {
    const match = name.exec(model);
    if (match) return toBehaviour(Number(match[1]));
  }
  return (line) => line.refuse("model");
}
