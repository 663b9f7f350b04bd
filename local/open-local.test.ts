import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { readSettings } from "../shared/config/settings.ts";
import { createLog } from "../shared/core/log.ts";
import { openLocal } from "./open-local.ts";

it("deletes the files whose end came while nobody had the folder open", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "conea-local-"));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const write = (key: string, daysAgo: number) => {
    const path = join(dataDir, "blobs/tenants/acme", `${key}~blob`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, "");
    const writtenAt = Date.now() / 1_000 - daysAgo * 86_400;
    utimesSync(path, writtenAt, writtenAt);
    return path;
  };
  const gone = [write("hooks/a/b.hook", 32), write("users/ann/uploads/old", 50)];
  const kept = [write("hooks/c/d.hook", 30), write("users/ann/uploads/new", 48)];
  const settings = readSettings({ PORT: "0", CONEA_DATA_DIR: dataDir, CONEA_BLOB_DAYS: "49" });
  const local = await openLocal({ settings, environment: {}, log: createLog(() => undefined, "ERROR") });
  await local.close();
  expect(gone.map((path) => existsSync(path))).toEqual([false, false]);
  expect(kept.map((path) => existsSync(path))).toEqual([true, true]);
});
