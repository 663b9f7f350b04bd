import fc from "fast-check";
import { expect, test } from "vitest";
import type { FinishReason, ToolCall } from "../api/chat.ts";
import type { ProviderAnswer } from "./provider.ts";
import {
  callProvider,
  failureOf,
  indiscreet,
  plainChat,
  planted,
  type Served,
} from "./provider-call.fixture.ts";
import type { ProviderErrorKind } from "./provider-error.ts";
import type { Reply, SeenRequest } from "./scripted-vendor.fixture.ts";
import type { ChatWire, WireChat, WireStream } from "./vendor-wire.fixture.ts";

const input = { messages: [{ role: "user" as const, content: planted.prompt }] };

/** Sends events whole, or `size` bytes at a time, so that characters and events are torn apart. */
function toReply({ headers }: WireStream, events: string[], size?: number): Reply {
  const bytes = Buffer.from(events.join(""));
  if (!size) return { headers, body: events };
  const count = Math.ceil(bytes.length / size);
  return { headers, body: Array.from({ length: count }, (_, n) => bytes.subarray(n * size, (n + 1) * size)) };
}

type Stream = (reply: Reply) => Promise<{ texts: string[]; outcome: Promise<Chatted>; seen: SeenRequest[] }>;
type Chatted = ProviderAnswer<"chat">;
type StreamWhole = (
  answer: WireChat,
  size?: number,
) => Promise<Chatted & { texts: string[]; seen: SeenRequest[] }>;

/** What chat promises when the caller wants its text as it is written. */
export function describeStreaming(wire: ChatWire, served: Served, asked: ToolCall[]): void {
  const stream: Stream = async (reply) => {
    const { vendor, provider } = served();
    vendor.script(reply);
    const texts: string[] = [];
    const onText = (text: string) => texts.push(text);
    const outcome = callProvider(provider, "chat", { model: wire.model, input, onText });
    return { texts, outcome, seen: vendor.requests };
  };
  const streamWhole: StreamWhole = async (answer, size) => {
    const spoken = wire.stream(answer);
    const reply = toReply(spoken, [...spoken.events, ...spoken.terminal], size);
    const { texts, outcome, seen } = await stream(reply);
    return { texts, seen, ...(await outcome) };
  };
  describeWholeStreams(wire, streamWhole);
  describeStreamedCalls(wire, served, asked, streamWhole);
  describeBrokenStreams(wire, stream);
  describeProgress(wire, served, asked);
  describeStreamAbort(wire, served);
}

function describeWholeStreams(wire: ChatWire, streamWhole: StreamWhole): void {
  test("asks for a stream and passes on every piece, once and in order", async () => {
    const { texts, result, seen } = await streamWhole(plainChat);
    expect(wire.understand(seen[0] as SeenRequest).streamed).toBe(true);
    expect(texts.filter((text) => text !== "")).toEqual(plainChat.pieces);
    expect(result).toEqual({ text: plainChat.pieces.join(""), finishReason: "stop" });
    expect(seen).toHaveLength(1);
  });

  test("gives the usage and the request id of a whole answer", async () => {
    const { usage, requestId } = await streamWhole(plainChat);
    expect(usage).toEqual(plainChat.usage);
    expect(requestId).toBe(plainChat.requestId);
  });

  test.each<FinishReason>(["stop", "length", "content_filter"])("says %s when it is so", async (reason) => {
    const { result } = await streamWhole({ ...plainChat, finishReason: reason });
    expect(result.finishReason).toBe(reason);
  });

  test("passes on the text of the result, however it is cut into pieces and packets", async () => {
    const anyPieces = fc.array(fc.string({ unit: "grapheme", minLength: 1 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(anyPieces, fc.integer({ min: 5, max: 200 }), async (pieces, size) => {
        const { texts, result } = await streamWhole({ ...plainChat, pieces }, size);
        expect(texts.join("")).toBe(pieces.join(""));
        expect(result.text).toBe(pieces.join(""));
      }),
      { numRuns: 25 },
    );
  });
}

function describeStreamedCalls(
  wire: ChatWire,
  served: Served,
  asked: ToolCall[],
  streamWhole: StreamWhole,
): void {
  test("assembles the tool calls of a stream into what a whole answer gives", async () => {
    const answer: WireChat = {
      ...plainChat,
      pieces: ["Looking."],
      toolCalls: asked,
      finishReason: "tool_calls",
    };
    const { vendor, provider } = served();
    vendor.script(wire.whole(answer));
    const whole = await callProvider(provider, "chat", { model: wire.model, input });
    const streamed = await streamWhole(answer);
    const withoutIds = ({ toolCalls, ...rest }: Chatted["result"]) => ({
      ...rest,
      calls: toolCalls?.map(({ name, arguments: text }) => ({ name, arguments: JSON.parse(text) })),
    });
    expect(withoutIds(streamed.result)).toEqual(withoutIds(whole.result));
    expect(streamed.result.toolCalls).toHaveLength(asked.length);
  });
}

function describeBrokenStreams(wire: ChatWire, stream: Stream): void {
  const spoken = wire.stream(plainChat);

  test("is connection when the stream is cut", async () => {
    const { texts, outcome } = await stream({ ...toReply(spoken, spoken.events), ending: "cut" });
    expect((await failureOf(outcome)).kind).toBe("connection");
    expect(plainChat.pieces.join("")).toContain(texts.join(""));
  });

  test("is connection when the stream ends without saying that it is complete", async () => {
    const { outcome } = await stream(toReply(spoken, spoken.events));
    expect((await failureOf(outcome)).kind).toBe("connection");
  });

  test("is connection when the stream ends before it says anything", async () => {
    expect((await failureOf((await stream(toReply(spoken, []))).outcome)).kind).toBe("connection");
  });

  test("is unknown when an event of the stream is broken", async () => {
    // An event of the vendor's own, because some vendors name their events and ignore what has no name.
    const broken = `${spoken.events.at(-1)?.trimEnd().slice(0, -1)} ${indiscreet}\n\n`;
    const events = [...spoken.events, broken, ...spoken.terminal];
    expect((await failureOf((await stream(toReply(spoken, events))).outcome)).kind).toBe("unknown");
  });

  const { errorEvent } = wire;
  if (!errorEvent) return;
  test.each<[ProviderErrorKind, number]>([
    ["overloaded", 503],
    ["rate_limited", 429],
  ])("is %s when the vendor says so inside the stream", async (kind, status) => {
    const event = errorEvent({ kind, status, message: indiscreet });
    const { outcome } = await stream(toReply(spoken, [...spoken.events, event]));
    expect((await failureOf(outcome)).kind).toBe(kind);
  });
}

function describeProgress(wire: ChatWire, served: Served, asked: ToolCall[]): void {
  const spoken = wire.stream({ ...plainChat, pieces: [], toolCalls: asked });
  const start = (reply: Reply, onProgress: () => void, signal = new AbortController().signal) => {
    const { vendor, provider } = served();
    vendor.script({ headers: spoken.headers, ...reply });
    const call = { model: wire.model, input, signal, onText: () => undefined, onProgress };
    return callProvider(provider, "chat", call);
  };

  test("shows signs of life while it says nothing that is text, before it is complete", async () => {
    const abort = new AbortController();
    const alive = Promise.withResolvers<void>();
    let signs = 0;
    const onProgress = () => {
      signs += 1;
      if (signs === asked.length) alive.resolve();
    };
    const outcome = start({ body: spoken.events, ending: "hang" }, onProgress, abort.signal);
    await alive.promise;
    abort.abort(new Error("aborted by the test"));
    await expect(outcome).rejects.toThrow();
  });

  test("shows no sign of life once aborted, even where more has arrived already", async () => {
    const abort = new AbortController();
    let signs = 0;
    const onProgress = () => {
      signs += 1;
      abort.abort(new Error("aborted by the test"));
    };
    const body = [...spoken.events, ...spoken.terminal].join("");
    await expect(start({ body }, onProgress, abort.signal)).rejects.toThrow();
    await new Promise(setImmediate);
    expect(signs).toBe(1);
  });

  test("shows no sign of life after it has settled", async () => {
    let signs = 0;
    await start({ body: [...spoken.events, ...spoken.terminal] }, () => void signs++);
    const atEnd = signs;
    await new Promise(setImmediate);
    expect(signs).toBe(atEnd);
    expect(atEnd).toBeGreaterThan(asked.length);
  });
}

function describeStreamAbort(wire: ChatWire, served: Served): void {
  const spoken = wire.stream(plainChat);
  const start = (reply: Reply, onText: (text: string) => void, signal: AbortSignal) => {
    const { vendor, provider } = served();
    vendor.script(reply);
    const call = { model: wire.model, input, signal, onText };
    return { vendor, outcome: expect(callProvider(provider, "chat", call)).rejects.toThrow() };
  };

  test("rejects promptly and hangs up when it is aborted while more is to come", async () => {
    const abort = new AbortController();
    const reply: Reply = { ...toReply(spoken, spoken.events), ending: "hang" };
    let text = "";
    const heard = Promise.withResolvers<void>();
    const onText = (piece: string) => {
      text += piece;
      if (text === plainChat.pieces.join("")) heard.resolve();
    };
    const { vendor, outcome } = start(reply, onText, abort.signal);
    const abandoned = vendor.abandoned();
    await heard.promise;
    abort.abort(new Error("aborted by the test"));
    await Promise.all([outcome, abandoned]);
  });

  test("passes on no more text once aborted, even what has arrived already", async () => {
    const abort = new AbortController();
    const body = [...spoken.events, ...spoken.terminal].join("");
    const texts: string[] = [];
    const onText = (text: string) => {
      texts.push(text);
      abort.abort(new Error("aborted by the test"));
    };
    await start({ headers: spoken.headers, body }, onText, abort.signal).outcome;
    await new Promise(setImmediate);
    expect(texts).toHaveLength(1);
  });
}
