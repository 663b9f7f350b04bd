import { isScalar, LineCounter, parseDocument } from "yaml";
import { z } from "zod";

const Step = z.looseObject({
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.unknown()).default({}),
});

const Job = z.looseObject({
  uses: z.string().optional(),
  permissions: z.unknown().optional(),
  "timeout-minutes": z.number().optional(),
  steps: z.array(Step).default([]),
});

/** What the rules look at; the rest of GitHub's schema is GitHub's to check. */
const Content = z.looseObject({
  on: z.unknown().optional(),
  permissions: z.unknown().optional(),
  jobs: z.record(z.string(), Job).optional(),
  runs: z.looseObject({ steps: z.array(Step) }).optional(),
});

export type Path = (string | number)[];

/** A workflow (`jobs`) or a composite action (`runs`). */
export type Workflow = {
  file: string;
  content: z.infer<typeof Content>;
  /** The line of what stands at the path, or of the nearest thing around it. */
  lineOf(path: Path): number;
  /** The comment at the end of the line of the value at the path, without its `#`. */
  commentOf(path: Path): string;
};

/** Throws when the text is no YAML, or neither a workflow nor an action. */
export function readWorkflow(file: string, text: string): Workflow {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  for (const error of document.errors) throw new Error(`${file}: ${error.message}`);
  const rangeOf = (path: Path): number => {
    const node = document.getIn(path, true);
    const range = node && typeof node === "object" && "range" in node ? node.range : undefined;
    if (Array.isArray(range)) return range[0];
    return path.length > 0 ? rangeOf(path.slice(0, -1)) : 0;
  };
  return {
    file,
    content: Content.parse(document.toJS()),
    lineOf: (path) => lines.linePos(rangeOf(path)).line,
    commentOf: (path) => {
      const node = document.getIn(path, true);
      return isScalar(node) ? (node.comment?.trim() ?? "") : "";
    },
  };
}
