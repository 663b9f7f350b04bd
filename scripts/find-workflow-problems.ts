import type { Problem } from "./find-layer-problems.ts";
import { readWorkflow } from "./read-workflow.ts";
import { workflowRules } from "./workflow-rules.ts";

/** Where a workflow or a composite action of `.github/` breaks a rule. `npmScripts` are those of package.json. */
export function findWorkflowProblems(file: string, text: string, npmScripts: string[]): Problem[] {
  const workflow = readWorkflow(file, text);
  return workflowRules.flatMap(({ id, reason, instead, find }) =>
    find(workflow, npmScripts).map(({ path, says }) => {
      const line = workflow.lineOf(path);
      const message = `${file}:${line} "${says.trim()}" is against the rule "${id}". ${reason} ${instead}`;
      return { rule: id, file, line, message };
    }),
  );
}
