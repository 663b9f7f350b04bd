import { expect, it } from "vitest";
import { emptyQueue, type QueueDocument, toQueueState } from "./queue-document.ts";

const at = { path: "queues/q", id: "q", updateTime: "2026-01-01T00:00:00.000000Z" };

it("reads the calls in flight of a document that an earlier version wrote", () => {
  const stored = { ...emptyQueue, inFlight: { "task_a:1": 5, "task_b:2": 7 } } as unknown as QueueDocument;
  expect(toQueueState({ ...at, data: stored }).inFlight).toEqual({
    claims: ["task_a:1", "task_b:2"],
    startBys: [5, 7],
  });
});

it("takes a document as it is that needs no change", () => {
  const data = { ...emptyQueue, inFlight: { claims: ["task_a:1"], startBys: [5] } };
  expect(toQueueState({ ...at, data })).toBe(data);
});
