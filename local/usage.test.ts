import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { usageShards } from "../shared/analytics/usage-shards.ts";
import { createUsageWriter } from "../shared/analytics/usage-writer.ts";
import { toTime } from "../shared/core/clock.ts";
import { createLog } from "../shared/core/log.ts";
import { openEmbeddedPlatform } from "../shared/platform/embedded/open-embedded-platform.ts";
import { aTask } from "../shared/tasks/task.fixture.ts";
import { taskPath } from "../shared/tasks/task-document.ts";
import { recentEventsOf, withEvent } from "../shared/tasks/task-events.ts";

const hourMs = 3_600_000;
const at = Date.now() - 3 * hourMs;
const range = ["--from", toTime(at - hourMs), "--to", toTime(at + hourMs)];
let dataDir: string;

function run(...args: string[]) {
  return spawnSync(process.execPath, ["local/usage.ts", ...args], {
    encoding: "utf8",
    env: { PATH: process.env.PATH, CONEA_DATA_DIR: dataDir },
    timeout: 15_000,
  });
}

/** Two tasks that were accepted some hours ago, of which one was counted. */
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "conea-usage-"));
  const log = createLog(() => undefined);
  const { platform, close } = await openEmbeddedPlatform({
    ...{ dataDir, environment: {}, log, baseUrl: () => "http://127.0.0.1" },
    deliverWake: async () => undefined,
  });
  const writer = createUsageWriter({ ...platform, log, shards: usageShards.embedded });
  for (const letter of ["a", "b"]) {
    const asked = aTask({ id: `task_${letter.repeat(26)}`, createdAt: toTime(at) });
    const task = { ...asked, ...withEvent(asked, "task.accepted", toTime(at)) };
    await platform.documents.commit([{ op: "create", path: taskPath(task.id), data: task }]);
    if (letter === "a") for (const event of recentEventsOf(task)) writer.note(event);
  }
  await writer.flush();
  await close();
});

afterAll(() => rm(dataDir, { recursive: true }));

describe("npm run usage", () => {
  it("explains itself", () => {
    const { status, stdout } = run("--help");
    expect(status).toBe(0);
    expect(stdout).toContain("npm run usage -- repair");
  });

  it.each([
    [[], "Say what to do: verify or repair."],
    [["verify", "--to", "2026-01-01"], "--from must be a time"],
    [["verify", "--from", "2026-01-02", "--to", "2026-01-01"], "--from must be before --to."],
    [["verify", "--all"], "Unknown option '--all'"],
  ])("refuses %j and says why", (args, sentence) => {
    const { status, stdout, stderr } = run(...args);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(sentence);
  });

  it("tells what differs, repairs it, and has nothing to tell any more", () => {
    const hour = toTime(at - (at % hourMs));
    const before = run("verify", ...range);
    expect(before.status).toBe(1);
    expect(before.stdout).toContain(
      `${hour}  acme / ann / - / openai / gpt-5 / chat  accepted: counted 1, store 2`,
    );
    const repaired = run("repair", ...range);
    expect([repaired.status, repaired.stdout]).toEqual([0, expect.stringContaining("1 hours counted anew.")]);
    const after = run("verify", ...range);
    expect([after.status, after.stdout]).toEqual([0, expect.stringContaining("2 tasks, 0 figures differ")]);
  });

  it("repairs nothing that is not over", () => {
    const { status, stderr } = run("repair", "--from", toTime(at), "--to", toTime(Date.now()));
    expect(status).toBe(1);
    expect(stderr).toMatch(/^Only hours before .* can be repaired\./);
  });
});
