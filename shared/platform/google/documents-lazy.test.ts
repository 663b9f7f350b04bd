import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";

const open = `
  const { openFirestoreDocuments } = await import("./shared/platform/google/documents.ts");
  const documents = openFirestoreDocuments({ project: "test", database: "(default)" });
`;

/** What a process of its own prints, where there are no credentials. */
function run(script: string): string {
  const args = ["--input-type=module", "--eval", `${open}${script}`];
  const env = { GOOGLE_APPLICATION_CREDENTIALS: "/nowhere.json", METADATA_SERVER_DETECTION: "none" };
  return execFileSync(process.execPath, args, { env, encoding: "utf8", timeout: 15_000 }).trim();
}

it("loads no package of Google's until the first call, and closes without one", () => {
  const script = `
    const { createRequire } = await import("node:module");
    await documents.close();
    const loaded = Object.keys(createRequire(import.meta.url).cache);
    console.log(loaded.filter((path) => path.includes("node_modules")).length);
  `;
  expect(run(script)).toBe("0");
});

it("tells each caller that there are no credentials, and ends no process by it", () => {
  const script = `
    const told = (error) => error.name;
    const path = "a/b";
    const listened = new Promise((resolve) => documents.listen(path, resolve, (error) => resolve(told(error))));
    console.log(await documents.get(path).catch(told));
    console.log(await documents.commit([{ op: "delete", path }]).catch(told));
    console.log(await listened);
    await documents.close();
  `;
  expect(run(script).split("\n")).toEqual(["Error", "Error", "Error"]);
});
