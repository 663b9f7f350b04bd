import { describe, expect, it } from "vitest";
import { countingProvider } from "../../shared/cache/cache.fixture.ts";
import { hello, json, openDoor, readFrames } from "./openai.fixture.ts";

const cached = { headers: { "x-conea-cache": "ttl=60" } };

type Completion = {
  choices: { message: { content: string } }[];
  usage: { total_tokens: number };
};

async function openCachedDoor() {
  const { provider, calls } = countingProvider();
  return { ...(await openDoor({ provider })), calls };
}

describe("the cache behind the OpenAI-compatible interface", () => {
  it("answers the same again without a call, counts no tokens, and says so in a header", async () => {
    const { chat, calls } = await openCachedDoor();
    const first = await chat({}, cached);
    const again = await chat({}, cached);
    const plain = await chat();
    expect([first, again, plain].map(({ headers }) => headers.get("x-conea-cache"))).toEqual([
      "miss",
      "hit",
      "off",
    ]);
    const [one, other] = [await json<Completion>(first), await json<Completion>(again)];
    expect(other.choices).toEqual(one.choices);
    expect(other.usage.total_tokens).toBe(0);
    expect(calls.count).toBe(2);
  });

  it("gives a stream what was answered whole, and the other way around", async () => {
    const { chat, calls } = await openCachedDoor();
    await chat({}, cached);
    const streamed = await chat({ stream: true, stream_options: { include_usage: true } }, cached);
    expect(streamed.headers.get("x-conea-cache")).toBe("hit");
    const frames = await readFrames(streamed);
    expect(frames.at(-1)).toBe("[DONE]");
    const chunks = frames.slice(0, -1).map((frame) => JSON.parse(frame));
    const text = chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("");
    expect(text).toBe("answer 1");
    expect(chunks.at(-1).usage.total_tokens).toBe(0);
    expect(calls.count).toBe(1);
  });

  it("has all who ask the same share a call when they want it, streaming or not", async () => {
    const { begin, clock, calls } = await openCachedDoor();
    const headers = { "x-conea-cache": "coalesce" };
    const path = "/openai/v1/chat/completions";
    const begun = await Promise.all(
      [false, true, false].map((stream) => begin(path, { headers, body: { ...hello, stream } })),
    );
    for (let turns = 0; turns < 20; turns++) await clock.advance(1);
    const [one, streamed, other] = await Promise.all(begun.map(({ answer }) => answer));
    expect([one?.status, streamed?.status, other?.status]).toEqual([200, 200, 200]);
    expect(await streamed?.text()).toContain("answer 1");
    expect((await json<Completion>(other ?? new Response())).choices[0]?.message.content).toBe("answer 1");
    expect(calls.count).toBe(1);
  });

  it("calls for the embeddings that are new, and counts only those", async () => {
    const { send, calls } = await openCachedDoor();
    const embed = (input: string[]) =>
      send("/openai/v1/embeddings", { body: { model: "m", input, encoding_format: "float" }, ...cached });
    await embed(["a", "bb"]);
    const mixed = await embed(["bb", "ccc", "a"]);
    expect(mixed.headers.get("x-conea-cache")).toBe("partial");
    type List = { data: { index: number; embedding: number[] }[]; usage: { prompt_tokens: number } };
    const { data, usage } = await json<List>(mixed);
    expect(data.map(({ index, embedding }) => [index, embedding[0]])).toEqual([
      [0, 2],
      [1, 3],
      [2, 1],
    ]);
    expect(usage.prompt_tokens).toBe(1);
    expect(calls.texts).toEqual([["a", "bb"], ["ccc"]]);
  });

  it("keeps nothing of what is not to be stored", async () => {
    const { chat, conea, calls } = await openCachedDoor();
    const headers = { ...cached.headers, "x-conea-store": "false" };
    await chat({}, { headers });
    const again = await chat({}, { headers });
    expect(again.headers.get("x-conea-cache")).toBe("off");
    expect(await conea.documents.count({ collection: "cache" })).toBe(0);
    expect(calls.count).toBe(2);
  });

  it("refuses a header that says nothing it knows", async () => {
    const { chat } = await openCachedDoor();
    const answer = await chat({}, { headers: { "x-conea-cache": "forever" } });
    expect(answer.status).toBe(400);
    expect((await json(answer)).error.message).toContain("x-conea-cache");
  });
});
