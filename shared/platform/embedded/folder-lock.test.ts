import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { newFolder } from "./folder.fixture.ts";
import { FolderInUse, lockFolder, toClaim } from "./folder-lock.ts";

function folderLockedBy(claim: string): string {
  const folder = newFolder();
  writeFileSync(join(folder, "lock"), claim);
  return folder;
}

const isHeldByUs = (folder: string) => readFileSync(join(folder, "lock"), "utf8") === toClaim(process.pid);

describe("lockFolder", () => {
  it("refuses a folder that a living process has, and names its pid", () => {
    const folder = folderLockedBy(toClaim(process.ppid));
    expect(() => lockFolder(folder)).toThrow(FolderInUse);
    expect(() => lockFolder(folder)).toThrow(`in use by process ${process.ppid}`);
    expect(readFileSync(join(folder, "lock"), "utf8")).toBe(toClaim(process.ppid));
  });

  it("refuses a folder that this process has already", () => {
    const folder = newFolder();
    const unlock = lockFolder(folder);
    expect(() => lockFolder(folder)).toThrow("already open in this process");
    unlock();
    lockFolder(folder)();
  });

  it("takes over from a process that is dead", () => {
    const { pid } = spawnSync("true");
    const folder = folderLockedBy(`${pid} 12345`);
    const unlock = lockFolder(folder);
    expect(isHeldByUs(folder)).toBe(true);
    unlock();
  });

  it("takes over from an earlier process that had our pid", () => {
    const folder = folderLockedBy(`${process.pid} 1`);
    lockFolder(folder)();
    expect(existsSync(join(folder, "lock"))).toBe(false);
  });

  it.runIf(existsSync("/proc/self/stat"))(
    "takes over from a dead process whose pid was given to another",
    () => {
      const folder = folderLockedBy(`${process.ppid} 1`);
      const unlock = lockFolder(folder);
      expect(isHeldByUs(folder)).toBe(true);
      unlock();
    },
  );

  it.each(["", "nonsense", "-1 5", "0"])("takes over a lock that says %j", (claim) => {
    const folder = folderLockedBy(claim);
    lockFolder(folder)();
    expect(existsSync(join(folder, "lock"))).toBe(false);
  });

  it("leaves the lock to whoever took it in the meantime", () => {
    const folder = newFolder();
    const unlock = lockFolder(folder);
    writeFileSync(join(folder, "lock"), "another");
    unlock();
    expect(readFileSync(join(folder, "lock"), "utf8")).toBe("another");
  });
});
