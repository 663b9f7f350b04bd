import type { Rule } from "./layers.ts";
import type { Path, Workflow } from "./read-workflow.ts";

export type WorkflowFinding = { path: Path; says: string };
export type WorkflowRule = Rule & { find(workflow: Workflow, npmScripts: string[]): WorkflowFinding[] };

const pinned = /^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/;
const version = /^v\d+\.\d+\.\d+$/;
const triggersOfStrangers = ["pull_request_target", "workflow_run"];
const writesAllowed = ["id-token", "security-events"];
const npmCall = /\bnpm (?:-\S+ )*(?:run(?:-script)? (?:-\S+ )*(?<named>[\w:.-]+)|(?<own>test|start)\b)/g;

export const workflowRules: WorkflowRule[] = [
  {
    id: "pinned-actions",
    reason: "A tag can be moved to other code; a commit cannot.",
    instead: "Write owner/action@<40 hex digits> # vX.Y.Z, both from the action's releases.",
    find: (workflow) => findUses(workflow).filter(({ path, says }) => !isPinned(workflow, path, says)),
  },
  {
    id: "no-rights-at-the-top",
    reason: "Rights given at the top reach every job, those added later too.",
    instead: "Write permissions: {} at the top, and what each job needs in the job.",
    find: ({ content }) =>
      !content.jobs || isEmpty(content.permissions) ? [] : [{ path: ["permissions"], says: "permissions" }],
  },
  {
    id: "rights-by-name",
    reason: "A job without a list of rights does not say what it could do.",
    instead: "Give the job a permissions mapping with what its steps need.",
    find: (workflow) =>
      findJobs(workflow)
        .filter(({ job }) => !isMapping(job.permissions))
        .map(({ path }) => ({ path, says: path.join(".") })),
  },
  {
    id: "few-writes",
    reason: "Nothing here changes the repository, so no stolen token should be able to.",
    instead: `Ask for read. Only ${writesAllowed.join(" and ")} are written.`,
    find: (workflow) => findJobs(workflow).flatMap(findWrites),
  },
  {
    id: "bounded-jobs",
    reason: "A job that hangs takes a runner for six hours, and a deployment's lock with it.",
    instead: "Give the job timeout-minutes.",
    find: (workflow) =>
      findJobs(workflow)
        .filter(({ job }) => !job.uses && !job["timeout-minutes"])
        .map(({ path }) => ({ path, says: path.join(".") })),
  },
  {
    id: "no-strangers-code",
    reason: "These triggers run with the main branch's rights on what a stranger sent.",
    instead: "Use pull_request, or call the workflow from the one that it follows.",
    find: ({ content }) =>
      namesIn(content.on)
        .filter((name) => triggersOfStrangers.includes(name))
        .map((name) => ({ path: ["on"], says: name })),
  },
  {
    id: "no-secrets",
    reason: "A secret that no workflow holds is one that none can print.",
    instead: "Use workload identity federation for Google Cloud, and variables for what is not secret.",
    find: ({ content }) => findTexts(content).filter(({ says }) => /\bsecrets\b/.test(says)),
  },
  {
    id: "no-expressions-in-scripts",
    reason: "An expression is pasted into the script, so a branch's name or a title would be run.",
    instead: "Pass the value through env and read the variable, in quotes.",
    find: (workflow) => findScripts(workflow).filter(({ says }) => says.includes("${{")),
  },
  {
    id: "npm-scripts-exist",
    reason: "A workflow that calls a script by its former name fails only after the merge.",
    instead: "Name a script of package.json.",
    find: (workflow, npmScripts) =>
      findScripts(workflow).flatMap(({ path, says }) =>
        toNpmScripts(says)
          .filter((name) => !npmScripts.includes(name))
          .map((name) => ({ path, says: name })),
      ),
  },
  {
    id: "no-kept-credentials",
    reason: "Checkout leaves its token on the disk, where every later step can read it.",
    instead: "Give actions/checkout persist-credentials: false.",
    find: (workflow) =>
      findSteps(workflow)
        .filter(({ step }) => step.uses?.startsWith("actions/checkout@"))
        .filter(({ step }) => step.with["persist-credentials"] !== false)
        .map(({ path }) => ({ path, says: "actions/checkout" })),
  },
];

function findJobs({ content }: Workflow) {
  return Object.entries(content.jobs ?? {}).map(([name, job]) => ({ path: ["jobs", name], job }));
}

function findSteps(workflow: Workflow) {
  const lists = [
    ...findJobs(workflow).map(({ path, job }) => ({ path, steps: job.steps })),
    { path: ["runs"], steps: workflow.content.runs?.steps ?? [] },
  ];
  return lists.flatMap(({ path, steps }) =>
    steps.map((step, n): { path: Path; step: typeof step } => ({ path: [...path, "steps", n], step })),
  );
}

/** Every `uses` of a step and of a job, but those of our own files, which this very commit holds. */
function findUses(workflow: Workflow): WorkflowFinding[] {
  return [
    ...findJobs(workflow).map(({ path, job }) => ({ path, uses: job.uses })),
    ...findSteps(workflow).map(({ path, step }) => ({ path, uses: step.uses })),
  ].flatMap(({ path, uses }) =>
    uses === undefined || uses.startsWith("./") ? [] : [{ path: [...path, "uses"], says: uses }],
  );
}

function findScripts(workflow: Workflow): WorkflowFinding[] {
  return findSteps(workflow).flatMap(({ path, step }) => [
    ...(step.run === undefined ? [] : [{ path: [...path, "run"], says: step.run }]),
    ...(step.with.script === undefined
      ? []
      : [{ path: [...path, "with", "script"], says: String(step.with.script) }]),
  ]);
}

function findWrites({ path, job }: ReturnType<typeof findJobs>[number]): WorkflowFinding[] {
  return Object.entries(isMapping(job.permissions) ? job.permissions : {})
    .filter(([right, access]) => access === "write" && !writesAllowed.includes(right))
    .map(([right]) => ({ path: [...path, "permissions", right], says: `${right}: write` }));
}

/** Every key and every value that is text, wherever it stands. */
function findTexts(value: unknown, path: Path = []): WorkflowFinding[] {
  if (typeof value === "string") return [{ path, says: value }];
  if (Array.isArray(value)) return value.flatMap((each, n) => findTexts(each, [...path, n]));
  if (!isMapping(value)) return [];
  return Object.entries(value).flatMap(([key, each]) => [
    { path: [...path, key], says: key },
    ...findTexts(each, [...path, key]),
  ]);
}

function isPinned(workflow: Workflow, path: Path, uses: string): boolean {
  return pinned.test(uses) && version.test(workflow.commentOf(path));
}

function toNpmScripts(script: string): string[] {
  return [...script.matchAll(npmCall)].map(({ groups }) => groups?.named ?? groups?.own ?? "");
}

function namesIn(on: unknown): string[] {
  if (typeof on === "string") return [on];
  return Array.isArray(on) ? on.map(String) : Object.keys(isMapping(on) ? on : {});
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isEmpty(value: unknown): boolean {
  return isMapping(value) && Object.keys(value).length === 0;
}
