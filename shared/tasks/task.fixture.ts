import { noUsage } from "../providers/provider.ts";
import type { TaskDocument } from "./task-document.ts";

/** A task document as submitting a small chat makes it, with what a test changes. */
export function aTask(changes: Partial<TaskDocument> = {}): TaskDocument {
  return {
    id: `task_${"a".repeat(26)}`,
    type: "chat",
    status: "ready",
    queue: "openai",
    priority: 5,
    model: "gpt-5",
    input: { messages: [{ role: "user", content: "Hello" }] },
    attempts: [],
    usage: noUsage,
    cost: { known: false },
    stream: false,
    createdBy: "ann",
    createdAt: "2026-01-01T00:00:00.000Z",
    tenant: "acme",
    estimatedTokens: 10,
    eventSequence: 0,
    recentEvents: [],
    sequence: 1,
    epoch: 0,
    attemptCount: 0,
    attemptsUsed: 0,
    requestHash: "hash",
    deleted: false,
    ...changes,
  };
}
