import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

test("does not load the SDK before the first call", async () => {
  const script = `
    import { registerHooks } from "node:module";
    registerHooks({ load: (url, context, next) => {
      if (url.includes("/node_modules/openai/")) console.log("loaded");
      return next(url, context);
    } });
    const { createOpenAi } = await import("./shared/providers/openai/openai.ts");
    const openai = createOpenAi({ apiKey: "sk-test", fetch: () => Promise.reject(new Error("none")) });
    console.log("created");
    await openai.embedding({ input: { input: "a" }, model: "m", signal: new AbortController().signal }).catch(() => {});
  `;
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", script]);
  const [first, second] = stdout.trim().split("\n");
  expect([first, second]).toEqual(["created", "loaded"]);
});
