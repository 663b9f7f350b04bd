import type { PromptContent, PromptVariable } from "../api/prompts.ts";
import { ConeaError, type FieldProblem } from "../core/conea-error.ts";
import { findPlaceholders } from "./find-placeholders.ts";

/** A version is one document, which holds 1 MiB. */
const mostBytes = 600_000;

/** Throws `invalid_request` where a prompt could not be rendered, or not be kept. */
export function requireSound(content: PromptContent): void {
  if (Buffer.byteLength(JSON.stringify(content)) > mostBytes)
    throw new ConeaError("too_large", `A prompt takes at most ${mostBytes} bytes with its variables.`);
  const problems = [...findUndeclared(content), ...findContradictions(content)];
  const [first] = problems;
  if (!first) return;
  throw new ConeaError("invalid_request", `The prompt is not sound: ${first.field} ${first.message}.`, {
    fields: problems.slice(0, 20),
  });
}

function findUndeclared({ template, variables }: PromptContent): FieldProblem[] {
  return template.flatMap(({ content }, index) => {
    const names = [...findPlaceholders(content)].filter((name) => !Object.hasOwn(variables, name));
    const field = `template[${index}].content`;
    return names.map((name) => ({ field, message: `names {{${name}}}, which is not among the variables` }));
  });
}

function findContradictions({ variables }: PromptContent): FieldProblem[] {
  return Object.entries(variables).flatMap(([name, variable]) => {
    const message = findContradiction(variable);
    return message ? [{ field: `variables.${name}`, message }] : [];
  });
}

function findContradiction({ required, default: value, maxLength }: PromptVariable): string | undefined {
  if (value === undefined) return undefined;
  if (required) return "is required, so that its default never stands";
  if (maxLength !== undefined && value.length > maxLength)
    return `has a default that is longer than ${maxLength}`;
  return undefined;
}
