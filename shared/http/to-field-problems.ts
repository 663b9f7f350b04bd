import type { z } from "zod";
import type { FieldProblem } from "../core/conea-error.ts";

type Issue = z.core.$ZodIssue;

/** What zod says of a union that has no sentence of its own. */
const unexplained = "Invalid input";
/** The same of what tells the variants of a union apart. */
const untold = "Invalid discriminator value";
/** zod's own words for a bound: `Too big: expected number to be <=5`. */
const bound = /^Too (?:small|big): expected \w+ to (be|have) ([<>]=?)(\S+)/;
const bounds: Record<string, string> = {
  ">=": "at least ",
  "<=": "at most ",
  ">": "more than ",
  "<": "less than ",
};
const formats: Record<string, string> = {
  "Invalid ISO datetime": "must be a time such as 2026-01-31T12:00:00Z",
  "Invalid email address": "must be an e-mail address",
};

/** Each wrong field with its path and what it must be. Of a union, the variant that fits best is explained. */
export function toFieldProblems(error: z.ZodError): FieldProblem[] {
  return error.issues.flatMap((issue) => toProblems(issue, []));
}

function toProblems(issue: Issue, prefix: PropertyKey[]): FieldProblem[] {
  const path = [...prefix, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ field: toField([...path, key]), message: "is not a known field" }));
  }
  if (issue.code === "invalid_union" && issue.errors.length > 0 && issue.message === unexplained) {
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
  if (issue.code === "invalid_value") return `must be ${oneOf(issue.values)}`;
  if ("options" in issue && issue.options && issue.message.startsWith(untold))
    return `must be ${oneOf(issue.options)}`;
  return formats[issue.message] ?? issue.message.replace(bound, toBound);
}

function toBound(_: string, verb: string, sign: string, count: string): string {
  return `must ${verb} ${bounds[sign]}${count}`;
}

function oneOf(values: readonly unknown[]): string {
  return values.map((value) => JSON.stringify(value)).join(" or ");
}

/** `input.messages[0].role`; the whole body is the empty path. */
function toField(path: PropertyKey[]): string {
  const text = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
  return text.replace(/^\./, "");
}
