import { fork } from "node:child_process";
import { EventEmitter, once } from "node:events";
import type { CallEnd, VendorMessage, VendorMood, VendorOrder } from "./vendor-message.ts";

/** A call as the vendor saw it, by its own clock: from the moment it came to the moment its connection was done with. */
export type Call = {
  id: number;
  queue: string;
  key: string;
  beganAt: number;
  prompt?: string;
  endedAt?: number;
  how?: CallEnd;
};

export type Vendor = {
  /** What conea.yaml names as a provider's `baseUrl`. */
  baseUrl(provider: string): string;
  /** Every call so far, in the order in which they came. */
  calls: Call[];
  order(order: VendorOrder): void;
  /** Resolves at the next call that begins or ends. */
  next(kind: "began" | "ended", signal: AbortSignal): Promise<void>;
  /** Waits from one word of the vendor to the next until `isDone`. */
  until(isDone: () => boolean, withinMs: number): Promise<void>;
  close(): Promise<void>;
};

/** A server of OpenAI's protocol in a process of its own, which keeps a record of all calls. */
export async function startVendor(mood: VendorMood): Promise<Vendor> {
  const child = fork(new URL("vendor-main.ts", import.meta.url), [JSON.stringify(mood)], {
    env: { PATH: process.env.PATH },
  });
  const exited = once(child, "exit");
  const [ready] = (await once(child, "message", { signal: AbortSignal.timeout(20_000) })) as [VendorMessage];
  const calls: Call[] = [];
  const words = new EventEmitter();
  child.on("message", (message: VendorMessage) => {
    note(calls, message);
    words.emit(message.kind);
    words.emit("word");
  });
  return {
    baseUrl: (provider) => `http://127.0.0.1:${ready.kind === "ready" ? ready.port : 0}/${provider}/v1`,
    calls,
    order: (order) => void child.send(order),
    async next(kind, signal) {
      await once(words, kind, { signal });
    },
    async until(isDone, withinMs) {
      const signal = AbortSignal.timeout(withinMs);
      while (!isDone()) await once(words, "word", { signal });
    },
    async close() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** The vendor counts its calls from 1. */
function note(calls: Call[], message: VendorMessage): void {
  if (message.kind === "ready") return;
  const { id } = message;
  const call = calls[id - 1];
  if (message.kind === "began") {
    const { queue, key, at } = message;
    calls.push({ id, queue, key, beganAt: at });
  }
  if (message.kind === "asked" && call) call.prompt = message.prompt;
  if (message.kind === "ended" && call) Object.assign(call, { endedAt: message.at, how: message.how });
}
