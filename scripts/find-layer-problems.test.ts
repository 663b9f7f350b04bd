import { describe, expect, it } from "vitest";
import { findLayerProblems, type Problem, rules } from "./find-layer-problems.ts";

type Files = Record<string, string>;

const check = (files: Files): Problem[] => findLayerProblems(new Map(Object.entries(files)));
const broken = (files: Files): string[] => check(files).map(({ rule }) => rule);
const imports = (file: string, specifier: string): Files => ({ [file]: `import "${specifier}";` });
const entry = "functions/api/index.ts";

/** A tree that breaks the rule, and only that one. */
const violations: Record<string, Files[]> = {
  "core-alone": [
    imports("shared/core/ids.ts", "../api/task.ts"),
    { "shared/core/ids.ts": 'import type { Task } from "../api/task.ts";' },
  ],
  "api-on-core": [imports("shared/api/task.ts", "../config/rate.ts")],
  "config-on-api": [imports("shared/config/rate.ts", "../platform/secrets.ts")],
  "ports-on-api": [
    imports("shared/platform/wakes.ts", "../queue/limiter.ts"),
    imports("shared/platform/wakes.ts", "./embedded/timers.ts"),
  ],
  "provider-contract-on-ports": [
    imports("shared/providers/provider.ts", "./openai/openai.ts"),
    imports("shared/providers/provider.ts", "../tasks/run.ts"),
  ],
  "features-on-ports": [
    imports("shared/tasks/run.ts", "../providers/openai/openai.ts"),
    imports("shared/tasks/run.ts", "../providers/create-provider.ts"),
    imports("shared/tasks/run.ts", "../platform/embedded/documents.ts"),
    imports("shared/queue/claim.ts", "../http/routes.ts"),
    { "shared/chat/ask.ts": 'export const open = () => import("../platform/google/documents.ts");' },
    { "shared/chat/ask.ts": 'export * from "../../local/start.ts";' },
    { "shared/chat/ask.ts": 'type Start = typeof import("../../local/start.ts");' },
  ],
  "providers-on-features": [
    imports("shared/providers/openai/openai.ts", "../../platform/google/secrets.ts"),
    imports("shared/providers/openai/openai.ts", "../create-provider.ts"),
  ],
  "create-provider-on-vendors": [imports("shared/providers/create-provider.ts", "../http/routes.ts")],
  "platforms-on-features": [imports("shared/platform/embedded/wakes.ts", "../../http/routes.ts")],
  "http-on-features": [
    imports("shared/http/routes.ts", "../platform/embedded/documents.ts"),
    imports("shared/http/routes.ts", "../providers/openai/openai.ts"),
    imports("shared/http/routes.ts", "../providers/create-provider.ts"),
  ],
  "handlers-on-ports": [
    imports("functions/api/api.ts", "../../shared/platform/google/platform.ts"),
    imports("functions/api/api.ts", "../open-conea.ts"),
  ],
  "entries-on-shared": [
    imports(entry, "../../local/start.ts"),
    imports("functions/open-conea.ts", "../shared/providers/openai/openai.ts"),
  ],
  "local-on-product": [imports("local/start.ts", "../scripts/build.ts")],
  "clients-on-api": [
    imports("sdk/client.ts", "../shared/core/ids.ts"),
    imports("console/app.tsx", "../shared/http/routes.ts"),
  ],
  "tools-on-product": [imports("scripts/build.ts", "../shared/platform/embedded/wakes.ts")],
  "vendors-apart": [imports("shared/providers/openai/openai.ts", "../gemini/to-usage.ts")],
  "platforms-apart": [imports("shared/platform/google/wakes.ts", "../embedded/wakes.ts")],
  "functions-apart": [
    imports("functions/api/api.ts", "../worker/worker.ts"),
    imports(entry, "../worker/worker.ts"),
  ],
  "clients-apart": [imports("cli/main.ts", "../sdk/client.ts")],
  "vendor-packages": [
    imports("shared/tasks/run.ts", "openai"),
    imports("shared/tasks/run.ts", "openai/resources"),
    imports("shared/tasks/run.test.ts", "@anthropic-ai/sdk"),
    imports("shared/providers/openai/openai.ts", "@google/genai"),
    { "local/start.ts": 'const unsplash = await import("unsplash-js");' },
  ],
  "google-packages": [
    imports("shared/queue/claim.ts", "@google-cloud/firestore"),
    imports("local/start.ts", "@google-cloud/tasks"),
  ],
  "functions-framework": [
    imports("functions/api/api.ts", "@google-cloud/functions-framework"),
    imports("local/start.ts", "@google-cloud/functions-framework/testing"),
  ],
  "no-environment": [
    { "shared/core/log.ts": "const level = process.env.LEVEL;" },
    { "shared/core/log.ts": 'const level = process["env"].LEVEL;' },
    imports("shared/core/log.ts", "node:process"),
  ],
  "blobs-of-a-kind": [
    { "shared/chat/keep.ts": "await blobs.put(key, content, { contentType });" },
    { "functions/api/api.ts": "void deps.blobs.put(key, content, options);" },
  ],
  "no-server": [
    { "shared/http/node.ts": 'import { createServer } from "node:http";' },
    { "shared/http/node.ts": 'import { serve } from "@hono/node-server";' },
  ],
  "tests-stay-out": [
    imports("shared/platform/embedded/wakes.ts", "../wakes.contract.ts"),
    imports("local/start.ts", "../bench/run.ts"),
  ],
  "no-cycles": [
    { ...imports("shared/queue/a.ts", "./b.ts"), ...imports("shared/queue/b.ts", "./a.ts") },
    { ...imports("bench/a.ts", "./b.ts"), "bench/b.ts": 'export const a = () => import("./a.ts");' },
  ],
  "known-folders": [{ "helpers/text.ts": "" }, { "shared/helpers/text.ts": "" }, { "shared/text.ts": "" }],
  "short-entries": [{ [entry]: "\n".repeat(15).concat("export {};") }],
};

describe("findLayerProblems", () => {
  it("is shown a violation of every rule", () => {
    expect(Object.keys(violations).sort()).toEqual(rules.map(({ id }) => id).sort());
  });

  it.each(Object.entries(violations))(
    "catches what breaks %s, each time, and blames no other rule",
    (id, trees) => {
      for (const files of trees) expect(broken(files), JSON.stringify(files)).toEqual([id]);
    },
  );

  it("says file, line, import, rule, reason and what to do", () => {
    const [problem] = check({ "shared/queue/claim.ts": '// first\nimport "../http/routes.ts";' });
    expect(problem?.message).toBe(
      'shared/queue/claim.ts:2 imports "../http/routes.ts", against the rule "features-on-ports". A feature works on any platform, with any vendor and behind any door. Take the port or the Provider as an argument; the function or local/ passes it in.',
    );
  });

  it("lets the tree of the design stand", () => {
    const tree = {
      ...imports("shared/core/log.ts", "node:util"),
      ...imports("shared/api/task.ts", "../core/clock.ts"),
      ...imports("shared/config/rate.ts", "../api/task.ts"),
      ...imports("shared/platform/events.ts", "../api/task.ts"),
      ...imports("shared/providers/provider.ts", "../platform/events.ts"),
      ...imports("shared/queue/claim.ts", "../platform/events.ts"),
      "shared/tasks/run.ts": 'import "../queue/claim.ts";\nimport "../providers/provider.ts";',
      "shared/providers/openai/openai.ts": 'import "openai";\nimport "../provider.ts";',
      "shared/providers/create-provider.ts": 'export const load = () => import("./openai/openai.ts");',
      "shared/platform/embedded/platform.ts": 'import "../events.ts";',
      "shared/platform/google/platform.ts": 'import "@google-cloud/firestore";\nimport "../events.ts";',
      "shared/http/functions-framework.ts":
        'import "@google-cloud/functions-framework";\nimport "../tasks/run.ts";',
      "functions/api/api.ts": 'import "../../shared/http/functions-framework.ts";',
      [entry]: 'import "./api.ts";\nimport "../open-conea.ts";',
      ...imports("functions/open-conea.ts", "../shared/platform/google/platform.ts"),
      "local/start.ts": 'import "../functions/api/api.ts";\nconst port = process.env.PORT;',
      ...imports("local/rehearsal/openai.ts", "openai"),
      ...imports("sdk/client.ts", "../shared/api/task.ts"),
      "README.md": "",
      ".github/workflows/ci.yaml": "",
    };
    expect(check(tree)).toEqual([]);
  });

  it.each([
    "shared/tasks/run.test.ts",
    "shared/platform/wakes.contract.ts",
    "tests/e2e/all.ts",
    "bench/run.ts",
  ])("lets %s name a platform, read the environment and import other tests", (file) => {
    const up = "../".repeat(file.split("/").length - 1);
    const text = `import "${up}shared/platform/embedded/a.ts";\nimport "${up}tests/b.ts";\nprocess.env.CI;`;
    expect(broken({ [file]: text })).toEqual([]);
  });

  it("takes a circle of types for no circle", () => {
    const a = 'import type { B } from "./b.ts";';
    expect(broken({ "shared/queue/a.ts": a, ...imports("shared/queue/b.ts", "./a.ts") })).toEqual([]);
  });

  it("minds no comment", () => {
    expect(broken({ "shared/core/log.ts": "// never process.env, and no createServer\nexport {};" })).toEqual(
      [],
    );
  });
});
