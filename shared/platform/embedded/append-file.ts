import type { Clock } from "../../core/clock.ts";
import { type Log, toErrorField } from "../../core/log.ts";
import { OutcomeUnknown } from "../documents.ts";
import { type Disk, writeAll } from "./disk.ts";

const flushEveryMs = 1_000;

/** `always`: an append returns once it would survive a power failure. `interval`: at most a second later, and on close. */
export type FlushPolicy = "always" | "interval";

export type AppendFile = {
  size(): number;
  /** All of `bytes` reach the operating system, or it throws and the file is as before. */
  append(bytes: Uint8Array): void;
  /** Returns once everything appended would survive a power failure. */
  flush(): void;
  /** Flushes what was appended until now without waiting for the disk, so that a `flush` thereafter has little to do. */
  flushAhead(): Promise<void>;
  close(): Promise<void>;
};

type Options = { disk: Disk; path: string; clock: Clock; log: Log; flush: FlushPolicy };

/**
 * A file that only grows. What a failed append wrote is cut off again, if need be before the next one. After a failed
 * flush nobody knows what the disk holds, so nothing more is accepted until the process starts anew.
 */
export function openAppendFile({ disk, path, clock, log, flush: policy }: Options): AppendFile {
  const file = disk.open(path);
  let size = disk.size(file);
  let isCutDue = false;
  let isDirty = false;
  let flushFailure: unknown;
  let cancelTimer: (() => void) | undefined;
  let flushing: Promise<void> | undefined;

  function cut(): void {
    isCutDue = true;
    disk.truncate(file, size);
    isCutDue = false;
  }

  function write(bytes: Uint8Array): void {
    try {
      if (isCutDue) cut();
      writeAll(disk, file, bytes, size);
    } catch (error) {
      cutAfter(error);
      throw new Error(`The data file ${path} could not be written`, { cause: error });
    }
    size += bytes.length;
    isDirty = true;
  }

  function cutAfter(failure: unknown): void {
    log.error("the journal could not be written", { path, ...toErrorField(failure) });
    try {
      cut();
    } catch (error) {
      log.error("the journal could not be cut back; the next write tries again", toErrorField(error));
    }
  }

  function flush(): void {
    checkFlushed();
    if (isCutDue) cut();
    if (!isDirty && !flushing) return;
    try {
      disk.flush(file);
      isDirty = false;
    } catch (error) {
      failFlush(error);
      throw new OutcomeUnknown(`The data file ${path} could not be flushed`, { cause: error });
    }
  }

  function checkFlushed(): void {
    if (flushFailure !== undefined)
      throw new Error(`The data file ${path} could not be flushed earlier`, { cause: flushFailure });
  }

  function failFlush(error: unknown): void {
    flushFailure = error;
    log.error("the journal could not be flushed; no more is accepted", { path, ...toErrorField(error) });
  }

  function flushSoon(): void {
    if (cancelTimer || flushing || flushFailure) return;
    cancelTimer = clock.after(flushEveryMs, () => void startFlush());
  }

  function startFlush(): Promise<void> {
    stopTimer();
    flushing ??= flushInBackground();
    return flushing;
  }

  function stopTimer(): void {
    cancelTimer?.();
    cancelTimer = undefined;
  }

  async function flushInBackground(): Promise<void> {
    isDirty = false;
    try {
      await disk.flushLater(file);
    } catch (error) {
      failFlush(error);
    }
    flushing = undefined;
    if (isDirty) flushSoon();
  }

  return {
    size: () => size,
    append(bytes) {
      checkFlushed();
      write(bytes);
      if (policy === "always") flush();
      else flushSoon();
    },
    flush,
    async flushAhead() {
      await flushing;
      if (isDirty && flushFailure === undefined) await startFlush();
    },
    async close() {
      await flushing;
      stopTimer();
      try {
        flush();
      } finally {
        disk.close(file);
      }
    },
  };
}
