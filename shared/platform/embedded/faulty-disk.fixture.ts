import { setImmediate as nextTurn } from "node:timers/promises";
import { type Disk, realDisk } from "./disk.ts";

const changing = [
  "open",
  "write",
  "truncate",
  "flush",
  "flushLater",
  "flushFolder",
  "close",
  "rename",
  "remove",
  "removeLater",
] as const;

export type Operation = (typeof changing)[number];

/** What happens to an operation: it goes on, fails, or fails as one that writes does when the disk is full: half done. */
export type Fault = "fail" | "half" | undefined;

/** The real disk without waiting for it (a flush in the background takes a turn of the event loop), with the operations that change something counted and, if asked, failing. */
export function createFaultyDisk() {
  const done: Operation[] = [];
  let decide: (operation: Operation, count: number) => Fault = () => undefined;

  const quick: Disk = {
    ...realDisk,
    flush: () => undefined,
    flushLater: () => nextTurn(),
    flushFolder: () => undefined,
    removeLater: async (path) => realDisk.remove(path),
  };

  function pass(operation: Operation): Fault {
    done.push(operation);
    return decide(operation, done.length);
  }

  function check(operation: Operation): void {
    if (pass(operation)) throw new Error(`injected: ${operation}`);
  }

  function guard<Arguments extends unknown[], Result>(
    operation: Operation,
    run: (...given: Arguments) => Result,
  ): (...given: Arguments) => Result {
    return (...given) => {
      check(operation);
      return run(...given);
    };
  }

  const disk: Disk = {
    ...quick,
    open: guard("open", quick.open),
    truncate: guard("truncate", quick.truncate),
    flush: guard("flush", quick.flush),
    flushFolder: guard("flushFolder", quick.flushFolder),
    close: guard("close", quick.close),
    rename: guard("rename", quick.rename),
    remove: guard("remove", quick.remove),
    async flushLater(file) {
      check("flushLater");
      return quick.flushLater(file);
    },
    async removeLater(path) {
      check("removeLater");
      return quick.removeLater(path);
    },
    write(file, bytes, position) {
      const fault = pass("write");
      if (!fault) return quick.write(file, bytes, position);
      if (fault === "half") quick.write(file, bytes.subarray(0, bytes.length >> 1), position);
      throw new Error("injected: write");
    },
  };

  return {
    disk,
    done,
    /** From now on `next` decides about each operation. */
    decide(next: (operation: Operation, count: number) => Fault) {
      decide = next;
    },
  };
}
