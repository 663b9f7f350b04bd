import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findWorkflowProblems } from "./find-workflow-problems.ts";
import { workflowRules } from "./workflow-rules.ts";

const root = join(import.meta.dirname, "..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const checkout = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1";

const good = `on: pull_request
permissions: {}
jobs:
  check:
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    permissions:
      contents: read
    steps:
      - uses: ${checkout} # v7.0.1
        with:
          persist-credentials: false
      - uses: ./.github/actions/install
      - run: npm run --silent check -- --all && npm test
        env:
          TITLE: \${{ github.event.pull_request.title }}
  deploy:
    uses: ./.github/workflows/deploy.yml
    permissions:
      id-token: write
`;
const action = `runs:
  using: composite
  steps:
    - run: npm run check
      shell: bash
`;

const check = (text: string) => findWorkflowProblems("ci.yml", text, ["check", "test"]);
const broken = (text: string) => check(text).map(({ rule }) => rule);

/** The good one with one part of it written otherwise. */
function change(part: string | RegExp, other: string, text = good): string {
  const changed = text.replace(part, other);
  expect(changed, String(part)).not.toBe(text);
  return changed;
}

const run = "npm run --silent check -- --all && npm test";
const rights = "permissions:\n      contents: read";

/** Workflows that break the rule, and only that one. */
const violations: Record<string, () => string[]> = {
  "pinned-actions": () => [
    change(`${checkout} # v7.0.1`, "actions/checkout@v7 # v7.0.1"),
    change(`${checkout} # v7.0.1`, "actions/checkout@main # v7.0.1"),
    change("90b1 # v7.0.1", "90 # v7.0.1"),
    change(" # v7.0.1", ""),
    change("# v7.0.1", "# v7"),
    change("./.github/actions/install", "docker://node:24"),
    change("./.github/workflows/deploy.yml", "acme/deploy/.github/workflows/deploy.yml@v1"),
    change("run: npm run check", "uses: actions/setup-node@v7", action),
  ],
  "no-rights-at-the-top": () => [
    change("permissions: {}\n", ""),
    change("permissions: {}", "permissions: read-all"),
    change("permissions: {}", "permissions:\n  contents: read"),
  ],
  "rights-by-name": () => [
    change(rights, ""),
    change(rights, "permissions: write-all"),
    change(/permissions:\n {6}id-token: write\n/, ""),
  ],
  "few-writes": () => [
    change("contents: read", "contents: write"),
    change("id-token: write", "id-token: write\n      pull-requests: write"),
  ],
  "bounded-jobs": () => [change("    timeout-minutes: 10\n", "")],
  "no-strangers-code": () => [
    change("on: pull_request", "on: pull_request_target"),
    change("on: pull_request", "on: [push, pull_request_target]"),
    change("on: pull_request", "on:\n  workflow_run:\n    workflows: [ci]"),
  ],
  "no-secrets": () => [
    change(/TITLE: .*/, `KEY: \${{ secrets.OPENAI_API_KEY }}`),
    change(/TITLE: .*/, `KEYS: \${{ toJSON(secrets) }}`),
    change(run, "gcloud secrets versions access latest --secret=OPENAI_API_KEY"),
    change("      id-token: write", "      id-token: write\n    secrets: inherit"),
  ],
  "no-expressions-in-scripts": () => [
    change(run, `echo "\${{ github.event.pull_request.title }}"`),
    change(run, `git checkout \${{ github.head_ref }}`),
    change("npm run check", `echo "\${{ inputs.name }}"`, action),
    change(
      "persist-credentials: false",
      `persist-credentials: false\n          script: "\${{ github.actor }}"`,
    ),
  ],
  "npm-scripts-exist": () => [
    change(run, "npm run chekc"),
    change(run, "npm run --silent build | tee sizes.txt"),
    change(run, "npm --silent run-script build"),
    change(run, "npm start"),
    change("npm run check", "npm run build", action),
  ],
  "no-kept-credentials": () => [
    change("persist-credentials: false", "fetch-depth: 0"),
    change("persist-credentials: false", "persist-credentials: true"),
  ],
};

describe("the workflows", () => {
  const files = globSync(".github/{workflows,actions/*}/*.{yml,yaml}", { cwd: root });
  const npmScripts = Object.keys(JSON.parse(read("package.json")).scripts);

  it("are found", () => {
    expect(files).toContain(join(".github", "workflows", "ci.yml"));
    expect(files).toContain(join(".github", "actions", "install", "action.yml"));
  });

  it.each(files)("of %s keep every rule", (file) => {
    expect(findWorkflowProblems(file, read(file), npmScripts).map(({ message }) => message)).toEqual([]);
  });

  it("name one commit for each action and one version of Terraform", () => {
    const text = files.map(read).join("\n");
    const pins = new Set(text.match(/(?<=uses: )[\w/.-]+@.+/g));
    const actions = [...pins].map((pin) => pin.split("@")[0]);
    expect(actions).toEqual([...new Set(actions)]);
    expect(new Set(text.match(/terraform_version: .+/g)).size).toBe(1);
  });
});

describe("findWorkflowProblems", () => {
  it("is shown a violation of every rule", () => {
    expect(Object.keys(violations).sort()).toEqual(workflowRules.map(({ id }) => id).sort());
  });

  it.each(Object.entries(violations))(
    "catches what breaks %s, each time, and blames no other rule",
    (id, texts) => {
      for (const text of texts()) expect(broken(text), text).toEqual([id]);
    },
  );

  it("lets a good workflow and a good action stand", () => {
    expect(check(good)).toEqual([]);
    expect(check(action)).toEqual([]);
  });

  it("says file, line, what is wrong, why, and what to do", () => {
    const [problem] = check(change(" # v7.0.1", ""));
    expect(problem?.message).toBe(
      `ci.yml:10 "${checkout}" is against the rule "pinned-actions". A tag can be moved to other code; a commit cannot. Write owner/action@<40 hex digits> # vX.Y.Z, both from the action's releases.`,
    );
  });

  it("refuses what is no YAML", () => {
    expect(() => check("jobs: [")).toThrow("ci.yml: ");
  });
});
