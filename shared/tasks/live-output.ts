import type { TaskDocument } from "./task-document.ts";

/** What a process knows of a task that it runs itself, before the store has told anybody. */
export type LiveEvent =
  /** An attempt begins: the task names the model that serves it now. */
  | { kind: "begun"; task: TaskDocument }
  /** A piece of an attempt's text. `offset`: how much of that attempt's text came before, in UTF-16 units. */
  | { kind: "text"; attempt: number; offset: number; text: string }
  /** An attempt has ended and is settled: the task has ended, or goes on with another attempt, perhaps elsewhere. */
  | { kind: "settled"; task: TaskDocument };

export type LiveListener = (event: LiveEvent) => void;

export type LiveOutput = {
  /** The task's attempt begins here. Its text is remembered until it is settled. */
  begin(task: TaskDocument): void;
  /** The attempt goes on from this text: its own, as heard here, begins with it. */
  continueFrom(taskId: string, attempt: number, text: string): void;
  /** Hands a piece of the attempt's text to all who listen here, at once. */
  publish(taskId: string, attempt: number, text: string): void;
  /** What the attempt under way in this process has written itself so far; `undefined` when there is none. */
  textOf(taskId: string, attempt: number): string | undefined;
  /** An attempt of the task is under way in this process. */
  isUnderWay(taskId: string): boolean;
  /** The attempt is over, and this is what has become of the task. */
  settle(task: TaskDocument): void;
  /** The attempt ended without being settled here: its text is forgotten. */
  forget(taskId: string, attempt: number): void;
  /** Whether anybody in this process listens. */
  isFollowed(taskId: string): boolean;
  /**
   * Calls `listener` with the text so far of an attempt under way, before it returns, then with what comes. What is run
   * by other processes is not heard of here: the store tells of that. Returns a function that stops it.
   */
  subscribe(taskId: string, listener: LiveListener): () => void;
};

/** `ownFrom`: how much of the text is what it goes on from. */
type Attempt = { attempt: number; text: string; ownFrom: number };

/** Hands what this process's calls write to those who follow in the same process, without the store in between. */
export function createLiveOutput(): LiveOutput {
  const underWay = new Map<string, Attempt>();
  const listeners = new Map<string, Set<LiveListener>>();

  const isIt = (taskId: string, attempt: number) => underWay.get(taskId)?.attempt === attempt;
  const tell = (taskId: string, event: LiveEvent) => {
    for (const listener of listeners.get(taskId) ?? []) listener(event);
  };

  function forget(taskId: string, attempt: number): void {
    if (isIt(taskId, attempt)) underWay.delete(taskId);
  }

  function publish(taskId: string, attempt: number, text: string): void {
    const known = underWay.get(taskId);
    if (known?.attempt !== attempt || text === "") return;
    const offset = known.text.length;
    known.text += text;
    tell(taskId, { kind: "text", attempt, offset, text });
  }

  return {
    begin(task) {
      underWay.set(task.id, { attempt: task.attemptCount, text: "", ownFrom: 0 });
      tell(task.id, { kind: "begun", task });
    },
    continueFrom(taskId, attempt, text) {
      publish(taskId, attempt, text);
      const known = underWay.get(taskId);
      if (known?.attempt === attempt) known.ownFrom = known.text.length;
    },
    publish,
    textOf(taskId, attempt) {
      const known = isIt(taskId, attempt) ? underWay.get(taskId) : undefined;
      return known?.text.slice(known.ownFrom);
    },
    settle(task) {
      forget(task.id, task.attemptCount);
      tell(task.id, { kind: "settled", task });
    },
    forget,
    isUnderWay: (taskId) => underWay.has(taskId),
    isFollowed: (taskId) => listeners.has(taskId),
    subscribe(taskId, listener) {
      const all = listeners.get(taskId) ?? new Set();
      listeners.set(taskId, all.add(listener));
      const known = underWay.get(taskId);
      if (known?.text) listener({ kind: "text", attempt: known.attempt, offset: 0, text: known.text });
      return () => {
        all.delete(listener);
        if (all.size === 0 && listeners.get(taskId) === all) listeners.delete(taskId);
      };
    },
  };
}
