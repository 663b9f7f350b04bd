import type { z } from "zod";
import type { FieldProblem } from "../core/conea-error.ts";

type Issue = z.core.$ZodIssue;

/** Each wrong field with its path and what it must be. Of a union, the variant that fits best is explained. */
export function toFieldProblems(error: z.ZodError): FieldProblem[] {
  return error.issues.flatMap((issue) => toProblems(issue, []));
}

function toProblems(issue: Issue, prefix: PropertyKey[]): FieldProblem[] {
  const path = [...prefix, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ field: toField([...path, key]), message: "is not a known field" }));
  }
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    const [best = []] = issue.errors.toSorted((a, b) => misfit(a) - misfit(b));
    return best.flatMap((inner) => toProblems(inner, path));
  }
  return [{ field: toField(path), message: toMessage(issue) }];
}

/** How far a variant of a union is from what was sent: one whose type or tag is another counts as farthest. */
function misfit(issues: Issue[]): number {
  return issues.reduce(
    (sum, { code, path }) => sum + (code === "invalid_type" && path.length === 0 ? 100 : 1),
    0,
  );
}

function toMessage(issue: Issue): string {
  if (issue.code === "invalid_type") return `must be of type ${issue.expected}`;
  if (issue.code === "invalid_value")
    return `must be ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}`;
  return issue.message;
}

/** `input.messages[0].role`; the whole body is the empty path. */
function toField(path: PropertyKey[]): string {
  const text = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
  return text.replace(/^\./, "");
}
