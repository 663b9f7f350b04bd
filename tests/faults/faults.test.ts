import { afterAll, describe, it, vi } from "vitest";
import { streamDoor, wholeDoor } from "./doors/openai-door.ts";
import { tasksDoor } from "./doors/tasks-door.ts";
import type { Row } from "./row.ts";
import { rows } from "./rows.ts";
import { type Column, createScore } from "./score.ts";
import { type ChangeDraft, withWorld } from "./world.ts";

// They wait far more than they work.
vi.setConfig({ maxConcurrency: 8 });

const asItIs: ChangeDraft = (draft) => draft;
const speaksMessages: ChangeDraft = (draft) => {
  const { primary, fallback } = draft.providers;
  const baseUrl = new URL(String(primary.baseUrl)).origin;
  return { ...draft, providers: { primary: { ...primary, kind: "anthropic", baseUrl }, fallback } };
};

const columns: (Column & { change: ChangeDraft })[] = [
  { name: "stream", door: streamDoor, change: asItIs },
  { name: "whole", door: wholeDoor, change: asItIs },
  { name: "tasks", door: tasksDoor, change: asItIs },
  { name: "stream from Messages", door: streamDoor, change: speaksMessages },
];
const score = createScore(rows, columns);

describe.concurrent.each(columns)("$name: where the provider", (column) => {
  it.each(rows)("$provider, Conea: $conea", { timeout: 60_000 }, async (row) => {
    const open: Parameters<Row["check"]>[0]["open"] = (options, visit) =>
      withWorld(options, column.change, visit);
    score.note(row, column, false);
    await row.check({ door: column.door, open });
    score.note(row, column, true);
  });
});

afterAll(() => console.log(score.print()));
