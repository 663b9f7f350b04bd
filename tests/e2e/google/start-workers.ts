import { once } from "node:events";
import type { Bundles, StartedBundle } from "../start-bundle.fixture.ts";
import type { Front } from "./start-front.ts";

export type Workers = {
  /** Ends a worker at once and starts another in its place; resolves when that one takes wakes. */
  replace(index: number): Promise<void>;
  /** Stops a worker where it stands, as an instance is stopped without a warning; it gets no wakes any more. */
  freeze(index: number): void;
  /** Lets a frozen worker go on, and end in order what it was at. */
  thaw(index: number): Promise<void>;
  /** Asks a worker to end and starts another when it has. Resolves to the exit code. */
  retire(index: number): Promise<number>;
  /** What all that ever ran have logged. */
  output(): string;
};

/** Worker processes behind one address. */
export async function startWorkers(
  bundles: Bundles,
  { front, count, environment }: { front: Front; count: number; environment: Record<string, string> },
): Promise<Workers> {
  const started = new Set<StartedBundle>();
  const places: StartedBundle[] = await Promise.all(Array.from({ length: count }, start));

  async function start(): Promise<StartedBundle> {
    const worker = await bundles.start("worker", environment);
    front.add(worker.url);
    started.add(worker);
    worker.process.once("exit", () => front.remove(worker.url));
    return worker;
  }

  function at(index: number): StartedBundle {
    const worker = places[index];
    if (!worker) throw new Error(`there is no worker ${index}`);
    return worker;
  }

  async function end(index: number, signal: NodeJS.Signals): Promise<number> {
    const worker = at(index);
    const exited = once(worker.process, "exit");
    worker.process.kill(signal);
    const [code] = await exited;
    return code;
  }

  return {
    async replace(index) {
      await end(index, "SIGKILL");
      places[index] = await start();
    },
    freeze(index) {
      front.remove(at(index).url);
      at(index).process.kill("SIGSTOP");
    },
    async thaw(index) {
      at(index).process.kill("SIGCONT");
      await end(index, "SIGTERM");
    },
    async retire(index) {
      const code = await end(index, "SIGTERM");
      places[index] = await start();
      return code;
    },
    output: () => [...started].map((worker) => worker.output()).join(""),
  };
}
