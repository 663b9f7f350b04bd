import type { PromptContent, PromptMessage, PromptVariable } from "../api/prompts.ts";
import { ConeaError, type FieldProblem } from "../core/conea-error.ts";
import { type TemplatePiece, toPieces } from "./find-placeholders.ts";

export type PromptValues = Readonly<Record<string, string | number | boolean>>;

/** What all messages together may come to, in characters: a short template can name a long value many times. */
const mostCharacters = 500_000;
const mostNamed = 20;

/**
 * The messages of a prompt with its values put in as they are: what a value holds is never looked at, so that `{{…}}` in it
 * stays text. Throws `invalid_request`, with the names of what is missing, unknown or too long. `field` is where the values
 * stand in the request. Pure.
 */
export function renderTemplate(
  { template, variables }: PromptContent,
  given: PromptValues,
  field: string,
): PromptMessage[] {
  const texts = toTexts(variables, given, field);
  const pieces = template.map(({ content }) => toPieces(content));
  requireShort(pieces.flat(), texts, field);
  return template.map(({ role }, index) => {
    const content = (pieces[index] ?? []).map((piece) => textOf(piece, texts)).join("");
    if (content === "") throw invalid([{ field, message: `leave message ${index + 1} without any text` }]);
    return { role, content };
  });
}

function textOf(piece: TemplatePiece, texts: ReadonlyMap<string, string>): string {
  return "text" in piece ? piece.text : (texts.get(piece.variable) ?? "");
}

function toTexts(
  variables: Record<string, PromptVariable>,
  given: PromptValues,
  field: string,
): Map<string, string> {
  const names = Object.keys(given);
  const unknown = names.filter((name) => !Object.hasOwn(variables, name)).map((name) => name.slice(0, 64));
  if (unknown.length > 0) throw invalid(unknown.map((name) => problem(field, name, "is no variable of it")));
  const texts = new Map<string, string>();
  const problems: FieldProblem[] = [];
  for (const [name, variable] of Object.entries(variables)) {
    const text = Object.hasOwn(given, name) ? String(given[name]) : variable.default;
    const message = findProblem(variable, text);
    if (message) problems.push(problem(field, name, message));
    texts.set(name, text ?? "");
  }
  if (problems.length > 0) throw invalid(problems);
  return texts;
}

function findProblem({ required = true, maxLength }: PromptVariable, text: string | undefined) {
  if (text === undefined) return required ? "is missing" : undefined;
  if (maxLength !== undefined && text.length > maxLength) return `is longer than ${maxLength} characters`;
  return undefined;
}

/** Before anything is put together. */
function requireShort(pieces: TemplatePiece[], texts: ReadonlyMap<string, string>, field: string): void {
  const length = pieces.reduce((sum, piece) => sum + textOf(piece, texts).length, 0);
  if (length <= mostCharacters) return;
  throw invalid([{ field, message: `make the messages longer than ${mostCharacters} characters` }]);
}

function problem(field: string, name: string, message: string): FieldProblem {
  return { field: `${field}.${name}`, message };
}

function invalid(problems: FieldProblem[]): ConeaError {
  const named = problems.slice(0, mostNamed);
  const rest = problems.length > named.length ? `, and ${problems.length - named.length} more` : "";
  const sentence = named.map(({ field, message }) => `${field} ${message}`).join(", ");
  return new ConeaError("invalid_request", `The prompt cannot be rendered: ${sentence}${rest}.`, {
    fields: named,
  });
}
