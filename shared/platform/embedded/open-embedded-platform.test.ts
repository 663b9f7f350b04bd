import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Event } from "../../api/events.ts";
import { createLog } from "../../core/log.ts";
import { anEvent } from "../events.contract.ts";
import type { Wake } from "../wakes.ts";
import { newFolder } from "./folder.fixture.ts";
import { FolderInUse } from "./folder-lock.ts";
import { openEmbeddedPlatform } from "./open-embedded-platform.ts";
import { createVirtualClock } from "./virtual-clock.ts";

async function open(dataDir?: string) {
  const clock = createVirtualClock(Date.parse("2026-01-01T00:00:00.000Z"));
  const wakes: Wake[] = [];
  const opened = await openEmbeddedPlatform({
    ...(dataDir !== undefined && { dataDir }),
    environment: { FROM_OUTSIDE: "set" },
    clock,
    deliverWake: async (wake) => void wakes.push(wake),
    baseUrl: () => "http://127.0.0.1:8080",
    log: createLog(() => undefined),
  });
  return { ...opened, clock, wakes };
}

it("opens every port, in memory where no folder is named", async () => {
  const { platform, subscribe, serveBlob, clock, wakes, close } = await open();
  const events: Event[] = [];
  subscribe(async (event) => void events.push(event));

  await platform.documents.commit([{ op: "create", path: "c/a", data: { n: 1 } }]);
  await platform.wakes.ensure({ queue: "q", reason: "ready" }, "now", clock.now());
  await platform.events.publish(anEvent());
  await platform.blobs.put("a", Buffer.from("content"), { contentType: "text/plain" });
  await platform.secrets.addVersion("KEY", "value");
  await clock.advance(0);

  expect((await platform.documents.get("c/a"))?.data).toEqual({ n: 1 });
  expect(wakes).toEqual([{ queue: "q", reason: "ready" }]);
  expect(events).toHaveLength(1);
  const link = await serveBlob(new Request(await platform.blobs.signedUrl("a", 60)));
  expect(await link.text()).toBe("content");
  expect([await platform.secrets.get("KEY"), await platform.secrets.get("FROM_OUTSIDE")]).toEqual([
    "value",
    "set",
  ]);
  expect(platform.clock).toBe(clock);
  expect(platform.ids.newId("task")).toMatch(/^task_[a-z2-7]{26}$/);
  await close();
});

it("keeps documents, blobs and secrets in its folder", async () => {
  const dataDir = join(newFolder(), "data");
  const first = await open(dataDir);
  await first.platform.documents.commit([{ op: "create", path: "c/a", data: { n: 1 } }]);
  await first.platform.blobs.put("a", Buffer.from("content"), { contentType: "text/plain" });
  await first.platform.secrets.addVersion("KEY", "value");
  await first.close();
  expect(readdirSync(dataDir).sort()).toEqual(["blobs", "documents", "secrets.json"]);

  const { platform, close } = await open(dataDir);
  expect((await platform.documents.get("c/a"))?.data).toEqual({ n: 1 });
  expect((await platform.blobs.get("a"))?.info.bytes).toBe(7);
  expect(await platform.secrets.get("KEY")).toBe("value");
  await close();
});

it("refuses a folder that is open already, and gives it back when opening fails", async () => {
  const dataDir = newFolder();
  const { close } = await open(dataDir);
  await expect(open(dataDir)).rejects.toThrow(FolderInUse);
  await close();
  expect(existsSync(join(dataDir, "documents", "lock"))).toBe(false);
});
