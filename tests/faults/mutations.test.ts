import { afterEach, describe, expect, it, vi } from "vitest";
import type { Aligner } from "../../shared/http/openai/create-aligner.ts";
import type { Joint } from "../../shared/tasks/join-text.ts";
import { streamDoor } from "./doors/openai-door.ts";
import type { Row } from "./row.ts";
import { cut } from "./rows/cut.ts";
import { down } from "./rows/down.ts";
import { failingOnce } from "./rows/failing-once.ts";
import { lateFirstToken } from "./rows/late-first-token.ts";
import { neverAnswers } from "./rows/never-answers.ts";
import { prefillRefused } from "./rows/prefill-refused.ts";
import { unavailable } from "./rows/unavailable.ts";
import { type ChangeDraft, type Draft, type Fields, withWorld } from "./world.ts";

/** What is switched off in the configuration, and the row that must notice. */
const changes: { about: string; row: Row; change: ChangeDraft }[] = [
  { about: "no breaker ever opens", row: down, change: set("breaker", { failures: 1_000 }) },
  {
    about: "a first token may take its time",
    row: lateFirstToken,
    change: setTimeouts({ firstTokenMs: 20_000, totalMs: 20_000 }),
  },
  {
    about: "a call may be silent for longer than the whole may take",
    row: neverAnswers,
    change: setTimeouts({ firstTokenMs: 12_000, idleMs: 12_000, totalMs: 12_000 }),
  },
  { about: "nothing is retried", row: failingOnce, change: set("retry", { attempts: 1 }) },
  { about: "there is no fallback", row: unavailable, change: withoutFallbacks },
];

/** What is switched off in the code. */
const parts: { part: Part; about: string; row: Row }[] = [
  { part: "joint", about: "what a model says again is not taken out", row: cut },
  { part: "aligner", about: "the text of every attempt is passed on as it comes", row: cut },
  { part: "memory", about: "a refusal of prefill is not remembered", row: prefillRefused },
];
type Part = "joint" | "aligner" | "memory";

const off = vi.hoisted((): { part: Part | undefined } => ({ part: undefined }));
afterEach(() => {
  off.part = undefined;
});

vi.mock(import("../../shared/tasks/join-text.ts"), async (load) => {
  const { createJoint, ...real } = await load();
  return {
    ...real,
    createJoint: (delivered, emit) =>
      off.part === "joint" ? createNoJoint(emit) : createJoint(delivered, emit),
  };
});

vi.mock(import("../../shared/http/openai/create-aligner.ts"), async (load) => {
  const { createAligner } = await load();
  return {
    createAligner: (options) => (off.part === "aligner" ? createNoAligner() : createAligner(options)),
  };
});

vi.mock(import("../../shared/routing/health-book.ts"), async (load) => {
  const { createHealthBook, ...real } = await load();
  return {
    ...real,
    createHealthBook(deps) {
      const book = createHealthBook(deps);
      return { ...book, noteNoPrefill: (model) => off.part === "memory" || book.noteNoPrefill(model) };
    },
  };
});

function createNoJoint(emit: (text: string) => void): Joint {
  let all = "";
  return {
    write(piece) {
      all += piece;
      emit(piece);
    },
    end: () => all,
  };
}

function createNoAligner(): Aligner {
  return { add: (_, piece) => piece, finish: () => "" };
}

describe("the rows notice", () => {
  it.concurrent.each(changes)("when $about", { timeout: 60_000 }, ({ row, change }) =>
    expectToNotice(row, change),
  );

  it.each(parts)("when $about", { timeout: 60_000 }, async ({ part, row }) => {
    off.part = part;
    await expectToNotice(row, (draft) => draft);
  });
});

async function expectToNotice(row: Row, change: ChangeDraft): Promise<void> {
  const open: Parameters<Row["check"]>[0]["open"] = (options, visit) => withWorld(options, change, visit);
  await expect(row.check({ door: streamDoor, open })).rejects.toThrow(/expected/);
}

function set(part: "breaker" | "retry", fields: Fields): ChangeDraft {
  return (draft) => ({ ...draft, [part]: { ...draft[part], ...fields } });
}

function setTimeouts(timeouts: Fields): ChangeDraft {
  return (draft) => ({
    ...draft,
    providers: changeEach(draft.providers, (provider) => ({ ...provider, timeouts })),
  });
}

function withoutFallbacks(draft: Draft): Draft {
  return { ...draft, models: changeEach(draft.models, ({ fallbacks: _, ...model }) => model) };
}

function changeEach<N extends string>(
  all: Record<N, Fields>,
  change: (one: Fields) => Fields,
): Record<N, Fields> {
  const changed = Object.entries<Fields>(all).map(([name, one]) => [name, change(one)]);
  return Object.fromEntries(changed);
}
