/** Takes what is put in from several sides, and gives it to one reader in order. */
export type Mailbox<T> = {
  put(item: T): void;
  /** Whether an item was put in last and has not been taken out: it may still be added to. */
  isLast(item: T): boolean;
  /** The next item; waits for one. */
  next(): Promise<T>;
};

export function createMailbox<T>(): Mailbox<T> {
  const items: T[] = [];
  let waiting: ((item: T) => void) | undefined;
  return {
    put(item) {
      if (!waiting) return void items.push(item);
      const give = waiting;
      waiting = undefined;
      give(item);
    },
    isLast: (item) => items.at(-1) === item,
    next() {
      const item = items.shift();
      if (item !== undefined) return Promise.resolve(item);
      return new Promise((resolve) => {
        waiting = resolve;
      });
    },
  };
}
