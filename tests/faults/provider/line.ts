import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { Seen } from "./seen.ts";
import { type Speech, toSpeech } from "./to-speech.ts";
import type { Refusal, Usage, Wire } from "./wire.ts";

/** One request, and all that a model can do with it. */
export type Line = {
  /** How many requests the model had before. */
  earlier: number;
  /** How long ago the model's first request came. */
  sinceFirstMs: number;
  refuse(refusal: Refusal, headers?: Record<string, string>): void;
  /** Sends status and headers, and no more. */
  head(): void;
  /** Sends what comes before the first token; not streamed, status and headers alone. */
  open(): Promise<void>;
  /** Sends that many tokens from the first not sent; not streamed, as much of the body as holds them. */
  say(count: number): Promise<void>;
  /** Sends, in the place of the next token, an event that breaks off; not streamed, a body that does. */
  garble(): Promise<void>;
  /** Sends what is left, and ends the answer. */
  finish(options?: { endMark: boolean }): Promise<void>;
  /** Closes the connection in the middle of the answer. */
  cut(): void;
  /** Resets the connection. */
  reset(): void;
  /** Sends no more until the caller goes away. */
  hang(): Promise<void>;
  /** Resolves to whether the caller is still there after so long. */
  wait(ms: number): Promise<boolean>;
};

/** Tokens leave one by one, as a model writes them. */
const betweenTokensMs = 1;

export type LineOptions = { wire: Wire; seen: Seen; earlier: number; sinceFirstMs: number };

export function createLine(
  response: ServerResponse,
  { wire, seen, earlier, sinceFirstMs }: LineOptions,
): Line {
  const { model, isStream } = seen;
  const speech: Speech = toSpeech(model, seen.prefill);
  const tokens = "tokens" in speech ? speech.tokens : [];
  const usage = toUsage(model, tokens);
  const body = JSON.stringify(wire.toAnswer(model, tokens.join(""), usage));
  let said = 0;
  let isOpen = false;
  let sent = 0;

  const send = async (text: string) => {
    if (text === "" || response.destroyed) return;
    await new Promise<void>((resolve) => response.write(text, () => resolve()));
  };

  const sendBody = async (end: number) => {
    await send(body.slice(sent, end));
    sent = end;
  };

  const line: Line = {
    earlier,
    sinceFirstMs,
    refuse(refusal, headers) {
      const { status, body } = wire.toRefusal(refusal);
      seen.status = status;
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(JSON.stringify(body));
    },
    head() {
      if (response.headersSent) return;
      response.writeHead(200, { "content-type": isStream ? "text/event-stream" : "application/json" });
      response.flushHeaders();
    },
    async open() {
      line.head();
      if (isStream && !isOpen) await send(wire.toStart(model, usage));
      isOpen = true;
    },
    async say(count) {
      await line.open();
      if (!isStream) return sendBody(Math.floor((body.length * count) / tokens.length));
      for (const token of tokens.slice(said, said + count)) {
        await send(wire.toPiece(model, token));
        seen.saidAt = performance.now();
        if (!(await line.wait(betweenTokensMs))) return;
      }
      said += count;
    },
    async garble() {
      if (!isStream) {
        await send('"}, {"');
        return;
      }
      const whole = wire.toPiece(model, tokens[said] ?? "").trimEnd();
      await send(`${whole.slice(0, -10)}\n\n`);
      said += 1;
    },
    async finish({ endMark } = { endMark: true }) {
      await line.say(isStream ? tokens.length - said : tokens.length);
      if (isStream) await send(wire.toEnd(model, usage) + (endMark ? wire.endMark : ""));
      response.end();
    },
    cut: () => void response.socket?.destroy(),
    reset: () => void response.socket?.resetAndDestroy(),
    async hang() {
      if (!response.destroyed) await once(response, "close");
    },
    async wait(ms) {
      if (response.destroyed) return false;
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, ms);
      response.once("close", resolve);
      await promise;
      clearTimeout(timer);
      response.off("close", resolve);
      return !response.destroyed;
    },
  };
  return "refusal" in speech ? refuseAlways(line, speech.refusal) : line;
}

/** Whatever the model would do, it does not take the beginning it was given. */
function refuseAlways(line: Line, refusal: Refusal): Line {
  return { ...line, say: async () => {}, finish: async () => line.refuse(refusal) };
}

/** Healthy models read more than faulty ones: usage tells whose it is. */
function toUsage(model: string, tokens: string[]): Usage {
  return { input: model.startsWith("healthy") ? 100 : 7, output: tokens.length };
}
