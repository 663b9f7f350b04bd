import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as after } from "node:timers/promises";
import { createDice, type Dice } from "../../simulation/dice.ts";
import type { CallEnd, VendorMessage, VendorMood, VendorOrder } from "./vendor-message.ts";

// A vendor of OpenAI's protocol, in a process of its own so that its clock is nobody else's to hold up. Its one argument is
// its mood; the first part of a path names the provider that calls.
const mood: VendorMood = JSON.parse(process.argv[2] ?? "");
const asked = new Map<string, number>();
let calls = 0;
let gate = Promise.resolve();
let open = () => {};
let isToFail = false;

function tell(message: VendorMessage): void {
  process.send?.(message);
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const id = ++calls;
  const ended: { how: CallEnd } = { how: "left" };
  const [, queue = ""] = request.url?.split("/") ?? [];
  tell({ kind: "began", id, queue, key: request.headers.authorization ?? "", at: performance.now() });
  response.on("close", () => tell({ kind: "ended", id, how: ended.how, at: performance.now() }));
  const { messages, stream } = JSON.parse(await text(request));
  const prompt = String(JSON.stringify(messages.at(-1).content));
  const nth = (asked.get(prompt) ?? 0) + 1;
  asked.set(prompt, nth);
  tell({ kind: "asked", id, prompt });
  const dice = createDice(mood.seed, `${prompt}/${nth}`);
  await after(dice.between(20, 300));
  await gate;
  if (!response.destroyed) ended.how = answer(response, { id, stream: stream === true, dice });
}

type Answer = { id: number; stream: boolean; dice: Dice };

function answer(response: ServerResponse, { id, stream, dice }: Answer): CallEnd {
  const fails = isToFail || dice.chance(mood.failing);
  isToFail = false;
  if (fails) return refuse(response, 500, {});
  if (dice.chance(mood.limiting)) return refuse(response, 429, { "retry-after": "1" });
  const words = [`call ${id}`, " says", " yes"];
  // Which call an accepted result comes from shows in its text and in its usage.
  const usage = { prompt_tokens: id, completion_tokens: words.length, total_tokens: id + words.length };
  if (stream) return answerStream(response, words, { usage, isCut: dice.chance(mood.cutting) });
  const message = { role: "assistant", content: words.join("") };
  const body = JSON.stringify({
    id: `c${id}`,
    choices: [{ index: 0, message, finish_reason: "stop" }],
    usage,
  });
  response.writeHead(200, { "content-type": "application/json", "content-length": body.length });
  if (dice.chance(mood.cutting)) return cut(response, body.slice(0, 20));
  response.end(body);
  return "answered";
}

function refuse(response: ServerResponse, status: number, headers: Record<string, string>): CallEnd {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify({ error: { message: "not now", type: "server_error", code: "not_now" } }));
  return "refused";
}

function answerStream(
  response: ServerResponse,
  words: string[],
  { usage, isCut }: { usage: object; isCut: boolean },
): CallEnd {
  response.writeHead(200, { "content-type": "text/event-stream" });
  const event = (data: object) => `data: ${JSON.stringify(data)}\n\n`;
  const deltas = words.map((content) => event({ choices: [{ index: 0, delta: { content } }] }));
  if (isCut) return cut(response, deltas[0] ?? "");
  const last = event({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });
  response.end(`${deltas.join("")}${last}${event({ choices: [], usage })}data: [DONE]\n\n`);
  return "answered";
}

/** Half an answer, and then no more. */
function cut(response: ServerResponse, half: string): CallEnd {
  response.write(half, () => response.destroy());
  return "cut";
}

process.on("message", (order: VendorOrder) => {
  if (order === "fail") isToFail = true;
  if (order === "release") open();
  if (order === "hold") gate = new Promise((resolve) => (open = resolve));
});
process.on("disconnect", () => process.exit(0));

// Whose caller leaves in mid-sentence has nothing more to hear.
const server = createServer(
  (request, response) => void serve(request, response).catch(() => response.destroy()),
);
server.listen(0, "127.0.0.1", () => tell({ kind: "ready", port: (server.address() as AddressInfo).port }));
