import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { LoadRequest, LoadResult } from "./load.ts";

export type Load = { pid: number; run(request: LoadRequest): Promise<LoadResult>; close(): Promise<void> };

/** The process that makes load: one of its own, so that it waits for nobody. */
export async function startLoad(): Promise<Load> {
  const child = fork(join(import.meta.dirname, "load.ts"), { serialization: "advanced" });
  await once(child, "message");
  return {
    pid: child.pid ?? 0,
    async run(request) {
      child.send(request);
      const [answer] = await once(child, "message");
      if ("error" in answer) throw new Error(`${request.url}: ${answer.error}`);
      return answer;
    },
    async close() {
      const exited = once(child, "exit");
      child.disconnect();
      await exited;
    },
  };
}
