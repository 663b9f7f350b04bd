import type { Transform } from "node:stream";

/** The body of an answer, as it comes from a connection and as it is read. */
export type IncomingBody = {
  push(chunk: Uint8Array): void;
  end(): void;
  fail(error: unknown): void;
  /** All that has come and was not read, as one piece; waits for some. `undefined` at the end. Rejects where it broke off. */
  read(): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** All of it, to the end. */
  readAll(): Promise<Buffer<ArrayBuffer>>;
  /** Nobody reads on. */
  cancel(reason: unknown): void;
};

type Options = {
  decoder?: Transform;
  pause(): void;
  resume(): void;
  cancel(reason: unknown): void;
};

/** More than this is not taken ahead of the reader. */
const mostAhead = 262_144;

export function createIncomingBody({ decoder, pause, resume, cancel }: Options): IncomingBody {
  let chunks: Uint8Array[] = [];
  let bytes = 0;
  let isPaused = false;
  let isReadWhole = false;
  let state: "open" | "ended" | "failed" = "open";
  let failure: unknown;
  let wake: (() => void) | undefined;

  function tell(): void {
    wake?.();
    wake = undefined;
  }

  function take(chunk: Uint8Array): void {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    if (bytes > mostAhead && !wake && !isPaused && !isReadWhole) {
      isPaused = true;
      pause();
    }
    tell();
  }

  function end(): void {
    if (state === "open") state = "ended";
    tell();
  }

  function fail(error: unknown): void {
    if (state === "open") [state, failure] = ["failed", error];
    tell();
  }

  function takeOut(): Buffer<ArrayBuffer> {
    const [only] = chunks;
    const whole = chunks.length === 1 && Buffer.isBuffer(only) ? only : Buffer.concat(chunks);
    [chunks, bytes] = [[], 0];
    goOn();
    return whole as Buffer<ArrayBuffer>;
  }

  function goOn(): void {
    if (!isPaused) return;
    isPaused = false;
    resume();
  }

  const untilMore = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
    });

  async function read(): Promise<Buffer<ArrayBuffer> | undefined> {
    while (state === "open" && bytes === 0) await untilMore();
    if (bytes > 0) return takeOut();
    if (state === "failed") throw failure;
    return undefined;
  }

  decoder?.on("data", take).on("end", end);
  decoder?.on("error", (error) => {
    fail(new TypeError("terminated", { cause: error }));
    cancel(error);
  });

  return {
    push: (chunk) => (decoder ? void decoder.write(chunk) : take(chunk)),
    end: () => (decoder ? void decoder.end() : end()),
    fail(error) {
      decoder?.destroy();
      fail(error);
    },
    read,
    async readAll() {
      isReadWhole = true;
      goOn();
      while (state === "open") await untilMore();
      if (state === "failed") throw failure;
      return takeOut();
    },
    cancel(reason) {
      // What has come whole leaves its connection to the next call.
      if (state !== "open") return;
      fail(reason);
      cancel(reason);
    },
  };
}
