import { setTimeout as after } from "node:timers/promises";

export type Schedule = {
  /** What each call was answered: a status, or what kept it from one. */
  answers: string[];
  /** Resolves once the call that is under way has its answer. */
  stop(): Promise<void>;
};

const longestMs = 60_000;

/** Calls a function as Cloud Scheduler does, but every few seconds and never twice at once. */
export function startSchedule(url: string, everyMs: number): Schedule {
  const stopping = new AbortController();
  const answers: string[] = [];
  const { signal } = stopping;

  async function run(): Promise<void> {
    while (!signal.aborted) {
      const call = fetch(url, { method: "POST", signal: AbortSignal.timeout(longestMs) });
      answers.push(await call.then(({ status }) => String(status), String));
      await after(everyMs, undefined, { signal }).catch(() => undefined);
    }
  }

  const running = run();
  return {
    answers,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
