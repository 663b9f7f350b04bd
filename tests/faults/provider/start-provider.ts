import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { anthropicWire } from "./anthropic-wire.ts";
import { findBehaviour } from "./behaviours.ts";
import { createLine } from "./line.ts";
import { openAiWire } from "./openai-wire.ts";
import type { Seen } from "./seen.ts";

export type FaultyProvider = {
  /** `http://127.0.0.1:<port>`, without a path. */
  origin: string;
  /** What it saw, in the order it came. */
  requests: Seen[];
  /** What it saw for one model. */
  seenBy(model: string): Seen[];
  /** Resolves once no request is being answered any more. */
  idle(): Promise<void>;
  close(): Promise<void>;
};

/**
 * A provider on a free port of this machine that speaks the protocols of OpenAI and Anthropic, misbehaves as the name of the
 * model says, and remembers what it saw. A model's faults that pass begin with its first request.
 */
export async function startProvider(): Promise<FaultyProvider> {
  const requests: Seen[] = [];
  const connections = new Map<Socket, number>();
  const answering = new Set<Promise<void>>();

  const server = createServer((incoming, response) => {
    const answered = answer(incoming, response);
    answering.add(answered);
    void answered.finally(() => answering.delete(answered));
  });
  server.on("connection", (socket) => connections.set(socket, connections.size + 1));

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const wire = incoming.url === anthropicWire.path ? anthropicWire : openAiWire;
    const closed = new Promise<void>((resolve) => response.once("close", resolve));
    const body = await readJson(incoming);
    if (!body) return;
    const seen: Seen = {
      ...toSeen(body),
      wire: wire === openAiWire ? "openai" : "anthropic",
      connection: connections.get(incoming.socket) ?? 0,
    };
    const before = requests.filter(({ model }) => model === seen.model);
    requests.push(seen);
    const sinceFirstMs = seen.at - (before[0]?.at ?? seen.at);
    const line = createLine(response, { wire, seen, earlier: before.length, sinceFirstMs });
    let isCutByUs = false;
    const cutting = (cut: () => void) => () => {
      isCutByUs = true;
      cut();
    };
    await findBehaviour(seen.model)({ ...line, cut: cutting(line.cut), reset: cutting(line.reset) });
    await closed;
    seen.isAborted = !response.writableFinished && !isCutByUs;
    seen.endedAt = performance.now();
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    requests,
    seenBy: (name) => requests.filter(({ model }) => model === name),
    async idle() {
      while (answering.size > 0) await Promise.all(answering);
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Message = { role?: string; content?: unknown };

function toSeen(body: Record<string, unknown>): Omit<Seen, "wire" | "connection"> {
  const last = (body.messages as Message[] | undefined)?.at(-1);
  const prefill = last?.role === "assistant" ? toText(last.content) : undefined;
  return {
    model: String(body.model),
    isStream: body.stream === true,
    at: performance.now(),
    isAborted: false,
    ...(prefill !== undefined && { prefill }),
    body,
  };
}

function toText(content: unknown): string {
  if (!Array.isArray(content)) return String(content ?? "");
  return content.map((part: { text?: string }) => part.text ?? "").join("");
}

/** The body; `undefined` where the caller left before its end. */
async function readJson(incoming: IncomingMessage): Promise<Record<string, unknown> | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of incoming) chunks.push(chunk);
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    return undefined;
  }
}
