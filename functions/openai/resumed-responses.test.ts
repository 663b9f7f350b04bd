import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ProviderError } from "../../shared/providers/provider-error.ts";
import { bob, eve } from "../../shared/tasks/conea.fixture.ts";
import { idOf, openResumed as open, others, streamed, textOf, toReader } from "./open-resumed.fixture.ts";
import { answer, hanging, saying } from "./stage.fixture.ts";

describe("a response that is streamed again", () => {
  it("has the numbers and the text it had, from any of them on, however it was cut", async () => {
    const { stage, streams, resume, close } = await open();
    const pieces = fc.array(fc.constantFrom("a", "queue ", "waits for its turn ", "👩‍🚀", "\n"), {
      maxLength: 30,
    });
    const calls = fc.constantFrom(0, 2);
    await fc.assert(
      fc.asyncProperty(pieces, calls, fc.nat(), async (said, count, place) => {
        const toolCalls = ["a", "b"].slice(0, count).map((id) => ({ id, name: "f", arguments: "{}" }));
        stage.chat = saying(said, async () => answer({ text: said.join(""), toolCalls }));
        const whole = await streams();
        const last = whole.at(-1)?.sequence_number ?? 0;
        expect(others(await resume(idOf(whole)))).toEqual(others(whole));
        for (const after of [place % (last + 1), whole[place % whole.length]?.sequence_number ?? 0]) {
          const rest = await resume(idOf(whole), after);
          expect(others(rest)).toEqual(others(whole.filter((event) => event.sequence_number > after)));
          expect(textOf(rest)).toBe(textOf(whole).slice(Math.max(0, after - 3)));
          const numbers = rest.map((event) => event.sequence_number);
          expect(numbers).toEqual(numbers.filter((n, at) => n > (numbers[at - 1] ?? after)));
        }
      }),
      { numRuns: 60 },
    );
    await close();
  });

  it.each(["here", "elsewhere"])("is followed as it comes where it is run %s", async (place) => {
    const { stage, create, handle, openElsewhere, resumeAt, clock, close } = await open();
    let say = (_: string) => {};
    const { promise, resolve } = Promise.withResolvers<void>();
    stage.chat = async ({ onText }) => {
      say = (text) => onText?.(text);
      say("It is ");
      await promise;
      return answer({ text: "It is a truth" });
    };
    const first = toReader(await create(streamed));
    const heard = [...(await first.next()), ...(await first.next())];
    expect(textOf(heard)).toBe("It is ");
    await first.cancel();
    const after = heard.at(-1)?.sequence_number;
    const pending = resumeAt(place === "here" ? handle : openElsewhere(), idOf(heard), after);
    await clock.advance(0);
    const second = toReader(await pending);
    const next = second.next();
    await clock.advance(0);
    say("a ");
    // Pages are written after a while; who follows where it is run hears it at once.
    await clock.advance(place === "here" ? 0 : 1_000);
    expect(textOf(await next)).toBe("a ");
    say("truth");
    resolve();
    await clock.advance(1_000);
    const rest = [...(await second.next()), ...(await second.next())];
    expect(textOf(rest)).toBe("truth");
    expect(rest.at(-1)?.type).toBe("response.completed");
    await close();
  });

  it("is queued and told from its beginning where nothing was streamed before", async () => {
    const { stage, made, resume, close } = await open();
    stage.chat = async () => answer({ text: "Fine." });
    const { id } = await made({ background: true });
    const events = await resume(id);
    expect([textOf(events), events.at(-1)?.type]).toEqual(["Fine.", "response.completed"]);
    await close();
  });

  it("goes on after a second attempt where the first was cut", async () => {
    const half = "It is a truth universally acknowledged, that a single man in";
    const whole = `${half} possession of a good fortune`;
    const { stage, create, events, resume, clock, close } = await open({ attempts: 2 });
    for (const second of [whole, `Well. ${whole}`]) {
      stage.chat = saying([half], async () => {
        stage.chat = saying([second], async () => answer({ text: second }));
        throw new ProviderError("connection");
      });
      const reading = create(streamed).then(events);
      await clock.advance(60_000);
      const first = await reading;
      expect(textOf(first)).toBe(whole);
      for (const read of [0, 10, half.length, half.length + 5]) {
        const rest = await resume(idOf(first), 3 + read);
        expect(textOf(rest)).toBe(whole.slice(read));
        expect(others(rest)).toEqual(others(first.slice(4)));
      }
    }
    await close();
  });

  it("is not garbled where a reader has had what a lost worker did not keep", async () => {
    const { stage, create, read, embedded, clock, resume, close } = await open({ attempts: 2 });
    const { promise, resolve } = Promise.withResolvers<void>();
    stage.chat = async () => {
      await promise;
      return answer({ text: "Late." });
    };
    const { id } = await read(await create({ background: true }));
    const path = `tasks/${id.replace("resp", "task")}` as const;
    await clock.advance(1_000);
    const { documents } = embedded.platform;
    const at = "2026-01-01T00:00:00.000Z";
    const lost = { n: 1, provider: "main", outcome: "lost", startedAt: at, endedAt: at };
    const page = { tenant: "acme", createdBy: "ann", attempt: 1, page: 0, text: "It is ", at };
    await documents.commit([
      { op: "create", path: `${path}/output/0001-000000`, data: page },
      {
        op: "update",
        path,
        fields: {
          ...{ stream: true, status: "succeeded", attempts: [lost], attemptCount: 2 },
          result: { text: "It is a truth", finishReason: "stop" },
        },
      },
    ]);
    expect(textOf(await resume(id, 3 + "It is ".length))).toBe("a truth");
    const events = await resume(id, 3 + "It was".length + 1);
    expect(events.map(({ type }) => type)).toEqual(["response.failed"]);
    resolve();
    await clock.advance(1_000);
    await close();
  });

  it("fails as it has failed, cancelled or cut", async () => {
    const { stage, streams, resume, made, send, clock, close } = await open();
    stage.chat = saying(["Half an ans"], async () => {
      throw new ProviderError("connection");
    });
    const cut = await streams();
    const again = await resume(idOf(cut), 3);
    expect(textOf(again)).toBe("Half an ans");
    expect(again.at(-1)).toEqual(cut.at(-1));
    stage.chat = hanging;
    const { id } = await made({ background: true });
    await clock.advance(1_000);
    await send(`/openai/v1/responses/${id}/cancel`);
    expect((await resume(id)).at(-1)).toMatchObject({
      type: "response.failed",
      response: { error: { code: "server_error", message: expect.stringContaining("cancelled") } },
    });
    await close();
  });
});

describe("the walls around streams of a response", () => {
  it("hide it from other users and tenants, and where it was not to be stored", async () => {
    const { made, get, toPath, keyFor, close } = await open();
    const { id } = await made();
    for (const stranger of [bob, eve])
      expect((await get(toPath(id), { key: await keyFor(stranger) })).status).toBe(404);
    const { id: unstored } = await made({ store: false });
    expect((await get(toPath(unstored, 3))).status).toBe(404);
    expect((await get(toPath(id))).status).toBe(200);
    await close();
  });
});
