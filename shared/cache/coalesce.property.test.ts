import fc from "fast-check";
import { expect, it } from "vitest";
import { terminalStatuses } from "../api/task-type.ts";
import { OutcomeUnknown } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { noUsage } from "../providers/provider.ts";
import { ProviderError } from "../providers/provider-error.ts";
import { sweep } from "../queue/sweep.ts";
import { ann, eve } from "../tasks/conea.fixture.ts";
import { submitTask } from "../tasks/submit-task.ts";
import type { TaskDocument } from "../tasks/task-document.ts";
import { aCachedChat, openCachedConea } from "./cache.fixture.ts";

/** What becomes of a commit: its answer comes, is lost after the fact, or it never arrives. */
const fault = fc.constantFrom("none", "none", "none", "unheard", "lost");
const step = fc.record({
  afterMs: fc.constantFrom(0, 0, 1, 500, 20_000),
  from: fc.nat({ max: 2 }),
  tenant: fc.constantFrom(ann, ann, eve),
  question: fc.constantFrom("a", "b"),
  coalesce: fc.boolean(),
  /** Whoever took it in hears of nothing any more. */
  dies: fc.boolean(),
});

function withFaults(documents: Platform["documents"], next: () => string): Platform["documents"] {
  return {
    ...documents,
    async commit(writes) {
      const kind = next();
      if (kind === "lost") throw new OutcomeUnknown("lost on the way there");
      const times = await documents.commit(writes);
      if (kind === "unheard") throw new OutcomeUnknown("lost on the way back");
      return times;
    },
  };
}

it("ends every task with its own tenant's answer and tells of it without a gap, whatever fails on the way", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 8 }),
      fc.infiniteStream(fault),
      fc.infiniteStream(fc.constantFrom("answer", "answer", "answer", "refuse", "fail")),
      async (steps, faults, replies) => {
        const test = await openCachedConea(
          {},
          {
            async chat({ input }) {
              await new Promise<void>((resolve) => test.clock.after(300, resolve));
              const reply = replies.next().value;
              if (reply === "fail") throw new ProviderError("overloaded");
              const text = String(input.messages[0]?.content);
              return {
                result: { text, finishReason: reply === "refuse" ? "content_filter" : "stop" },
                usage: noUsage,
              };
            },
          },
        );
        const faulty = withFaults(test.conea.documents, () => faults.next().value ?? "none");
        const silent = { ...faulty, listen: () => () => undefined };
        const processes = [0, 1, 2].map(() =>
          [faulty, silent].map((documents) => test.openAnother({ documents })),
        );
        const ids: string[] = [];
        for (const { afterMs, from, tenant, question, coalesce, dies } of steps) {
          await test.clock.advance(afterMs);
          const content = `${tenant.tenant} ${question}`;
          const request = aCachedChat({ coalesce }, { input: { messages: [{ role: "user", content }] } });
          const conea = processes[from]?.[dies ? 1 : 0] ?? test.conea;
          // What was not accepted is the caller's to send again.
          void submitTask(conea, tenant, request).then(
            ({ task }) => ids.push(task.id),
            () => undefined,
          );
        }
        for (let minutes = 0; minutes < 6; minutes++) {
          await test.clock.advance(60_000);
          await sweep(test.conea);
        }
        await test.clock.advance(60_000);
        for (const id of ids) check(await test.read(id), test);
      },
    ),
    { numRuns: 60 },
  );
});

function check(
  task: TaskDocument,
  { events }: Pick<Awaited<ReturnType<typeof openCachedConea>>, "events">,
): void {
  expect(terminalStatuses).toContain(task.status);
  if (task.status === "succeeded") {
    const asked = (task.input as { messages: { content: string }[] }).messages[0]?.content;
    expect(task.result).toMatchObject({ text: asked });
    expect(asked?.startsWith(task.tenant)).toBe(true);
  }
  if (task.cache === "hit") expect(task).toMatchObject({ usage: noUsage, cost: { micros: 0, known: true } });
  expect(task).not.toHaveProperty("unpublished");
  const told = new Set(events.filter((event) => event.task.id === task.id).map(({ sequence }) => sequence));
  expect([...told].sort((a, b) => a - b)).toEqual(
    Array.from({ length: task.eventSequence }, (_, index) => index + 1),
  );
}
