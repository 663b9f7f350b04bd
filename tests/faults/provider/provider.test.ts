import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { otherText, tokens, wholeText } from "./sixty-tokens.ts";
import { type FaultyProvider, startProvider } from "./start-provider.ts";

let provider: FaultyProvider;
beforeAll(async () => {
  provider = await startProvider();
});
afterAll(() => provider.close());

const paths = { openai: "/v1/chat/completions", anthropic: "/v1/messages" };
type Name = keyof typeof paths;
const wires = ["openai", "anthropic"] as const;

type Asked = { stream?: boolean; prefill?: string; signal?: AbortSignal };

function ask(wire: Name, model: string, { stream = false, prefill, signal }: Asked = {}): Promise<Response> {
  const messages = [{ role: "user", content: "Tell me of the ferry." }];
  if (prefill !== undefined) messages.push({ role: "assistant", content: prefill });
  return fetch(`${provider.origin}${paths[wire]}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model, messages, stream }),
    ...(signal && { signal }),
  });
}

/** All that arrives, be it broken off. */
async function readAll(response: Response): Promise<{ text: string; isWhole: boolean }> {
  let text = "";
  const decoder = new TextDecoder();
  try {
    for await (const chunk of response.body ?? []) text += decoder.decode(chunk, { stream: true });
    return { text, isWhole: true };
  } catch {
    return { text, isWhole: false };
  }
}

/** The text in the events of either wire; events that are no JSON are left out. */
function toText(events: string): string {
  const data = [...events.matchAll(/^data: (.*)$/gm)].flatMap(([, line]) => parse(line ?? ""));
  return data.map((event) => event.delta?.text ?? event.choices?.[0]?.delta?.content ?? "").join("");
}

type Event = { delta?: { text?: string }; choices?: { delta?: { content?: string } }[] };

function parse(text: string): Event[] {
  try {
    return [JSON.parse(text)];
  } catch {
    return [];
  }
}

const join = (count: number) => tokens.slice(0, count).join("");

it("writes sixty tokens, of which the fortieth ends in white space", () => {
  expect(tokens).toHaveLength(60);
  expect(join(40)).toMatch(/\n\n$/);
});

describe.each(wires)("the %s wire", (wire) => {
  it("answers whole and streamed", async () => {
    const whole = JSON.parse((await readAll(await ask(wire, "healthy"))).text);
    expect(whole.content?.[0].text ?? whole.choices[0].message.content).toBe(wholeText);
    expect(whole.usage.output_tokens ?? whole.usage.completion_tokens).toBe(60);
    const { text } = await readAll(await ask(wire, "healthy", { stream: true }));
    expect(toText(text)).toBe(wholeText);
    expect(text).toMatch(/(data: \[DONE\]|"type":"message_stop"\})\n\n$/);
    expect(toText((await readAll(await ask(wire, "healthy-rewords", { stream: true }))).text)).toBe(
      otherText,
    );
  });

  it("cuts after 40 tokens", async () => {
    const streamed = await readAll(await ask(wire, "fault-cut-after-40", { stream: true }));
    expect([toText(streamed.text), streamed.isWhole]).toEqual([join(40), false]);
    const whole = await readAll(await ask(wire, "fault-cut-after-40"));
    expect([whole.text.length > 200, whole.isWhole]).toEqual([true, false]);
    await provider.idle();
    const seen = provider.seenBy("fault-cut-after-40").filter((request) => request.wire === wire);
    expect(seen.map(({ isAborted }) => isAborted)).toEqual([false, false]);
  });

  it("stalls after 20 tokens until the caller leaves, and sees that", async () => {
    for (const stream of [true, false]) {
      const leaving = new AbortController();
      const response = await ask(wire, "fault-stall-after-20", { stream, signal: leaving.signal });
      let got = "";
      const decoder = new TextDecoder();
      const reading = (async () => {
        for await (const chunk of response.body ?? []) {
          got += decoder.decode(chunk, { stream: true });
          if (!stream || toText(got) === join(20)) leaving.abort();
        }
      })();
      await expect(reading).rejects.toThrow();
      await provider.idle();
      expect(provider.seenBy("fault-stall-after-20").at(-1)).toMatchObject({ isAborted: true, wire });
    }
  });

  it("breaks one event off in the place of a token, and a body", async () => {
    const streamed = await readAll(await ask(wire, "fault-malformed-after-30", { stream: true }));
    expect(toText(streamed.text)).toBe(wholeText.replace(tokens[30] ?? "?", ""));
    expect(streamed.isWhole).toBe(true);
    const { text } = await readAll(await ask(wire, "fault-malformed-after-30"));
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
  });

  it("ends a stream without its mark", async () => {
    const { text, isWhole } = await readAll(await ask(wire, "fault-no-end-mark", { stream: true }));
    expect([toText(text), isWhole]).toEqual([wholeText, true]);
    expect(text).not.toMatch(/DONE|message_stop/);
    expect(text).toMatch(/"(completion|output)_tokens":60/);
  });

  it("refuses by status, for ever or once", async () => {
    const statuses = async (model: string, stream: boolean) => [
      (await ask(wire, model, { stream })).status,
      (await ask(wire, model, { stream })).status,
    ];
    expect(await statuses("fault-429", true)).toEqual([429, 429]);
    expect(await statuses("fault-500", false)).toEqual([500, 500]);
    expect(await statuses("fault-503", true)).toEqual([503, 503]);
    expect(await statuses("fault-400-context", false)).toEqual([400, 400]);
    expect(await statuses("fault-400-policy", true)).toEqual([400, 400]);
    expect(await statuses("nobody", false)).toEqual([404, 404]);
  });

  it("goes on from a beginning, says the joint again, begins anew or refuses, as the model is", async () => {
    const prefill = join(40).trimEnd();
    const say = async (model: string) => {
      const response = await ask(wire, model, { stream: true, prefill });
      return response.status === 200 ? toText((await readAll(response)).text) : response.status;
    };
    expect(await say("healthy-continues")).toBe(wholeText.slice(prefill.length));
    expect(await say("healthy-repeats")).toBe(tokens.slice(36).join(""));
    expect(await say("healthy")).toBe(wholeText);
    expect(await say("healthy-refuses-prefill")).toBe(400);
    expect(provider.requests.at(-1)).toMatchObject({ prefill, status: 400 });
    expect((await ask(wire, "healthy-continues", { prefill: `${prefill}\n` })).status).toBe(400);
  });
});

it("asks once to be left alone for two seconds, and fails once", async () => {
  const first = await ask("openai", "fault-429-once");
  expect([first.status, first.headers.get("retry-after")]).toEqual([429, "2"]);
  expect((await ask("openai", "fault-429-once")).status).toBe(200);
  expect((await ask("openai", "fault-500-once")).status).toBe(500);
  expect((await ask("openai", "fault-500-once")).status).toBe(200);
});

it("resets before it answers", async () => {
  const failure = await ask("openai", "fault-reset").catch((error) => error);
  expect(failure.cause.code).toBe("ECONNRESET");
});

it("is silent before the headers, and after them, until the caller leaves", async () => {
  const early = AbortSignal.timeout(50);
  await expect(ask("openai", "fault-silent", { signal: early })).rejects.toThrow("timeout");
  const leaving = new AbortController();
  const { status, body } = await ask("openai", "fault-headers-then-silence", { signal: leaving.signal });
  expect(status).toBe(200);
  const reading = body?.getReader().read();
  leaving.abort();
  await expect(reading).rejects.toThrow("aborted");
  await provider.idle();
  expect(provider.seenBy("fault-silent")[0]).toMatchObject({ isAborted: true });
  expect(provider.seenBy("fault-headers-then-silence")[0]).toMatchObject({ isAborted: true });
});

it.each(["fault-first-token-after-150ms", "fault-opened-first-token-after-150ms"])(
  "sends its first token as late as %s says",
  async (model) => {
    const startedAt = performance.now();
    const response = await ask("openai", model, { stream: true });
    const headersMs = performance.now() - startedAt;
    const { text } = await readAll(response);
    expect(toText(text)).toBe(wholeText);
    expect(performance.now() - startedAt).toBeGreaterThan(149);
    expect(headersMs).toBeLessThan(performance.now() - startedAt);
  },
);

it("is down for a time, counted from the model's first request", async () => {
  const model = "fault-down-for-100ms";
  let last = await ask("openai", model);
  const startedAt = performance.now();
  expect(last.status).toBe(503);
  while (last.status !== 200) {
    await last.text();
    last = await ask("openai", model);
  }
  expect(performance.now() - startedAt).toBeGreaterThan(60);
  const seen = provider.seenBy(model);
  expect(new Set(seen.map(({ connection }) => connection)).size).toBeLessThan(seen.length);
});
