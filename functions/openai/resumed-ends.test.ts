import { describe, expect, it } from "vitest";
import { ProviderError } from "../../shared/providers/provider-error.ts";
import { idOf, openResumed as open, streamed, textOf, toReader } from "./open-resumed.fixture.ts";
import { answer, saying } from "./stage.fixture.ts";

describe("a stream that ends before its response", () => {
  it.each(["the process ends", "it has taken ten minutes"])(
    "is resumed after what it has sent, where %s",
    async (why) => {
      const { stage, create, events, openElsewhere, resumeAt, closing, clock, close } = await open({
        attempts: 3,
      });
      const { promise, resolve } = Promise.withResolvers<void>();
      stage.chat = saying(["It is "], async () => {
        await promise;
        return answer({ text: "It is a truth" });
      });
      const first = toReader(await create(streamed));
      const heard = [...(await first.next()), ...(await first.next())];
      const pending = resumeAt(openElsewhere(), idOf(heard), 1);
      await clock.advance(1_000);
      const second = toReader(await pending);
      expect(textOf(await second.next())).toBe("It is ");
      const ending = second.next();
      if (why === "the process ends") closing.abort();
      else await clock.advance(10 * 60_000);
      await clock.advance(0);
      const [last] = await ending;
      expect(last).toMatchObject({ type: "response.failed", sequence_number: 9 });
      resolve();
      await clock.advance(1_000);
      const next = openElsewhere(new AbortController().signal);
      const rest = await events(await resumeAt(next, idOf(heard), last?.sequence_number));
      expect([textOf(rest), rest.at(-1)?.type]).toEqual(["a truth", "response.completed"]);
      await close();
    },
  );

  it("goes on while the process that ends still runs it, and no longer", async () => {
    const { stage, create, handle, resumeAt, closing, clock, close } = await open({ attempts: 2 });
    let say = (_: string) => {};
    const { promise, reject } = Promise.withResolvers<never>();
    stage.chat = ({ onText }) => {
      say = (text) => onText?.(text);
      say("It is ");
      return promise;
    };
    const first = toReader(await create(streamed));
    const heard = [...(await first.next()), ...(await first.next())];
    const pending = resumeAt(handle, idOf(heard), 1);
    await clock.advance(0);
    const second = toReader(await pending);
    expect(textOf(await second.next())).toBe("It is ");
    closing.abort();
    say("a ");
    await clock.advance(0);
    expect(textOf(await second.next())).toBe("a ");
    const ending = second.next();
    reject(new ProviderError("connection"));
    await clock.advance(100);
    expect(await ending).toMatchObject([{ type: "response.failed", sequence_number: 11 }]);
    await close();
  });

  it("is told to its end by a process that ends, where the response has ended", async () => {
    const { made, resume, closing, close } = await open();
    const { id } = await made();
    closing.abort();
    expect((await resume(id)).at(-1)?.type).toBe("response.completed");
    await close();
  });

  it("ends with the response where that is deleted", async () => {
    const { stage, made, get, toPath, conea, events, clock, close } = await open();
    const { promise, resolve } = Promise.withResolvers<void>();
    stage.chat = async () => {
      await promise;
      return answer({ text: "Late." });
    };
    const { id } = await made({ background: true });
    await clock.advance(1_000);
    const reading = get(toPath(id)).then(events);
    await clock.advance(0);
    const path = `tasks/${id.replace("resp", "task")}` as const;
    await conea.documents.commit([{ op: "delete", path }]);
    await clock.advance(1_000);
    expect((await reading).at(-1)).toMatchObject({ type: "response.failed" });
    resolve();
    await clock.advance(1_000);
    await close();
  });
});
