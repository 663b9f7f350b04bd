import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openOnDisk, readAll } from "./documents-on-disk.fixture.ts";
import { newFolder } from "./folder.fixture.ts";
import { FolderInUse } from "./folder-lock.ts";

it("a process that is killed loses nothing it was told is committed, and its folder can be taken over", async () => {
  const folder = newFolder();
  const script = join(import.meta.dirname, "commit-for-ever.fixture.ts");
  const child = spawn(process.execPath, [script, folder], { stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  for await (const chunk of child.stdout) {
    printed += chunk;
    if (lastNumber(printed) < 500) continue;
    await expect(openOnDisk(folder)).rejects.toThrow(FolderInUse);
    break;
  }
  child.kill("SIGKILL");
  await once(child, "exit");
  const opened = await openOnDisk(folder);
  const [counter] = await readAll(opened);
  const acknowledged = lastNumber(printed);
  expect(counter?.data.n).toBeGreaterThanOrEqual(acknowledged);
  await opened.close();
});

function lastNumber(text: string): number {
  return Number(text.slice(0, text.lastIndexOf("\n")).split("\n").at(-1));
}
