import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, expect, it, vi } from "vitest";
import { openStorageBlobs } from "../../../shared/platform/google/blobs.ts";

const folder = mkdtempSync(join(tmpdir(), "conea-storage-"));
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

it("serves as a process of its own with a key file and faults by switch, and ends when told", async () => {
  const keyFile = join(folder, "key.json");
  const child = spawn(
    process.execPath,
    [`${import.meta.dirname}/main.ts`, JSON.stringify({ buckets: ["content"], keyFile })],
    { env: { PATH: process.env.PATH }, stdio: ["ignore", "pipe", "inherit"] },
  );
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  const [, endpoint] = /^Cloud Storage is ready on (127\.0\.0\.1:\d+)$/.exec(line) ?? [];
  vi.stubEnv("STORAGE_EMULATOR_HOST", `http://${endpoint}`);
  vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", keyFile);
  const blobs = openStorageBlobs({ project: "demo", bucket: "content", random: () => 0 });
  const body = JSON.stringify({ operation: "upload", fault: 503, times: 1 });
  await fetch(`http://${endpoint}/_faults`, { method: "POST", body });
  await blobs.put("a/b", Buffer.from("content"), { contentType: "text/plain" });
  expect(Buffer.from((await blobs.get("a/b"))?.content ?? []).toString()).toBe("content");
  expect(await (await fetch(await blobs.signedUrl("a/b", 60))).text()).toBe("content");
  child.kill("SIGTERM");
  expect(await once(child, "exit")).toEqual([0, null]);
});
