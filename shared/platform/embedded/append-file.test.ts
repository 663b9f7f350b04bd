import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createLog, type LogLine } from "../../core/log.ts";
import { OutcomeUnknown } from "../documents.ts";
import { type FlushPolicy, openAppendFile } from "./append-file.ts";
import { createFaultyDisk } from "./faulty-disk.fixture.ts";
import { newFolder } from "./folder.fixture.ts";
import { createVirtualClock } from "./virtual-clock.ts";

function open(flush: FlushPolicy = "interval") {
  const path = join(newFolder(), "file");
  writeFileSync(path, "start ");
  const { disk, done, decide } = createFaultyDisk();
  const clock = createVirtualClock();
  const lines: LogLine[] = [];
  const file = openAppendFile({
    disk,
    path,
    clock,
    log: createLog((line) => lines.push(line)),
    flush,
  });
  const count = (operation: string) => done.filter((one) => one === operation).length;
  return {
    file,
    decide,
    disk,
    done,
    clock,
    lines,
    count,
    append: (text: string) => file.append(Buffer.from(text)),
    read: () => readFileSync(path, "utf8"),
  };
}

describe("an append file", () => {
  it("has what was appended as soon as append returns", async () => {
    const { file, append, read } = open();
    append("one ");
    append("two ");
    expect(read()).toBe("start one two ");
    expect(file.size()).toBe(14);
    await file.close();
  });

  it("is as before when a write fails half way", async () => {
    const { file, append, read, decide, lines } = open();
    append("one ");
    decide((operation) => (operation === "write" ? "half" : undefined));
    expect(() => append("two ")).toThrow("could not be written");
    expect(read()).toBe("start one ");
    expect(lines.map(({ severity }) => severity)).toEqual(["ERROR"]);
    decide(() => undefined);
    append("three ");
    expect(read()).toBe("start one three ");
    await file.close();
  });

  it("cuts what a failed write left before the next one, when it could not at once", async () => {
    const { file, append, read, decide } = open();
    decide((operation) => (operation === "write" ? "half" : operation === "truncate" ? "fail" : undefined));
    expect(() => append("a long first one ")).toThrow("could not be written");
    expect(read()).not.toBe("start ");
    decide((operation) => (operation === "truncate" ? "fail" : undefined));
    expect(() => append("two ")).toThrow("could not be written");
    decide(() => undefined);
    append("three ");
    expect(read()).toBe("start three ");
    await file.close();
  });

  it("flushes once a second at most, and only when there is something", async () => {
    const { file, append, count, clock } = open();
    for (const text of ["a", "b", "c"]) append(text);
    await clock.advance(999);
    expect(count("flushLater")).toBe(0);
    await clock.advance(1);
    expect(count("flushLater")).toBe(1);
    await clock.advance(10_000);
    expect(count("flushLater")).toBe(1);
    append("d");
    await clock.advance(1_000);
    expect(count("flushLater")).toBe(2);
    await file.close();
    expect(count("flush")).toBe(0);
  });

  it("flushes what is left when it is closed", async () => {
    const { file, append, count } = open();
    append("a");
    await file.close();
    expect(count("flush")).toBe(1);
  });

  it("is closed only once a flush that is under way has ended", async () => {
    const { file, append, done, clock, disk } = open();
    const { promise, resolve } = Promise.withResolvers<void>();
    disk.flushLater = () => promise;
    append("a");
    await clock.advance(1_000);
    const closing = file.close();
    await clock.advance(1_000);
    expect(done).not.toContain("close");
    resolve();
    await closing;
    expect(done.at(-1)).toBe("close");
  });

  it("flushes each append when told to", async () => {
    const { file, append, count } = open("always");
    append("a");
    append("b");
    expect(count("flush")).toBe(2);
    await file.close();
  });

  it("accepts nothing more after a flush that failed", async () => {
    const { append, decide, clock, lines } = open();
    append("a");
    decide((operation) => (operation === "flushLater" ? "fail" : undefined));
    await clock.advance(1_000);
    decide(() => undefined);
    expect(() => append("b")).toThrow("could not be flushed earlier");
    expect(lines.map(({ severity }) => severity)).toEqual(["ERROR"]);
  });

  it("says that the outcome is unknown when the flush of an append fails", () => {
    const { append, decide } = open("always");
    decide((operation) => (operation === "flush" ? "fail" : undefined));
    expect(() => append("a")).toThrow(OutcomeUnknown);
    decide(() => undefined);
    expect(() => append("b")).toThrow("could not be flushed earlier");
  });
});
