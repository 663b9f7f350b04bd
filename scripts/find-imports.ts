/** One mention of another module. `typeOnly` imports vanish before the code runs. */
export type Import = { specifier: string; line: number; typeOnly: boolean };

type Token = { kind: "word" | "text" | "mark"; text: string; line: number };

// TypeScript 7 offers no stable API, and bundlers drop type imports, so a small scanner of our own finds them.
const piece =
  /(?<gap>\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)|(?<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\[\s\S]|[^`\\$])*`)|(?<word>[\w$]+)|(?<mark>[\s\S])/y;
const pattern = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/y;
/** A template up to its end or its next `${`: the code between is read as any other. */
const template = /[`}](?:\\[\s\S]|\$(?!\{)|[^`\\$])*(?:`|\$\{)/y;
const wordsBeforePattern = new Set(["return", "typeof", "case", "in", "of", "await", "yield", "void"]);

/** The imports of a TypeScript source: static, type-only, re-exported, `import("…")` as a call and as a type. */
export function findImports(source: string): Import[] {
  const tokens = toTokens(source);
  return tokens.flatMap((token, at) => {
    if (token.kind !== "word" || tokens[at - 1]?.text === ".") return [];
    if (token.text === "import") return readImport(tokens, at);
    return token.text === "export" ? readClause(tokens, at) : [];
  });
}

/** The source without its comments; lines keep their numbers. */
export function withoutComments(source: string): string {
  return [...scan(source)].map(({ text, gap }) => (gap ? text.replace(/[^\n]/g, " ") : text)).join("");
}

function readImport(tokens: Token[], at: number): Import[] {
  const next = tokens[at + 1];
  if (next?.kind === "text") return [toImport(next, false)];
  if (next?.text !== "(") return readClause(tokens, at);
  const specifier = tokens[at + 2];
  return specifier?.kind === "text" ? [toImport(specifier, isTypePosition(tokens, at))] : [];
}

/** `import type { A } from "x"`, `export * from "x"` and their kin: words and `{ } * ,` up to `from` and a text. */
function readClause(tokens: Token[], at: number): Import[] {
  for (let index = at + 1; index < tokens.length; index++) {
    const token = tokens[index];
    const next = tokens[index + 1];
    if (token?.text === "from" && next?.kind === "text") return [toImport(next, isTypeClause(tokens, at))];
    if (token?.kind !== "word" && !"{}*,".includes(token?.text ?? "")) return [];
  }
  return [];
}

function isTypeClause(tokens: Token[], at: number): boolean {
  return tokens[at + 1]?.text === "type" && !["from", ","].includes(tokens[at + 2]?.text ?? "");
}

/** `typeof import("x")` and `import("x").Name` are types; `import("x").then(…)` is a call. */
function isTypePosition(tokens: Token[], at: number): boolean {
  if (tokens[at - 1]?.text === "typeof") return true;
  return tokens[at + 4]?.text === "." && !["then", "catch", "finally"].includes(tokens[at + 5]?.text ?? "");
}

function toImport({ text, line }: Token, typeOnly: boolean): Import {
  return { specifier: text.slice(1, -1), line, typeOnly };
}

function toTokens(source: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  for (const { kind, text, gap } of scan(source)) {
    if (!gap) tokens.push({ kind, text, line });
    line += text.split("\n").length - 1;
  }
  return tokens;
}

function* scan(source: string): Generator<{ kind: Token["kind"]; text: string; gap: boolean }> {
  let last = "";
  /** Open braces, for each template around this place. */
  const braces: number[] = [];
  for (let at = 0; at < source.length; ) {
    const { kind, text, gap } = readPiece(source, at, last, braces.at(-1) === 0);
    yield { kind, text, gap };
    if (kind === "mark") countBraces(braces, text);
    if (!gap) last = text;
    at += text.length;
  }
}

function readPiece(source: string, at: number, last: string, insideTemplate: boolean) {
  const match = matchAt(piece, source, at);
  const text = match?.[0] ?? source.charAt(at);
  const { gap, text: quoted, word } = match?.groups ?? {};
  if (gap || quoted || word) return { kind: quoted ? "text" : "word", text, gap: gap !== undefined } as const;
  const found =
    (isPatternStart(text, last) && matchAt(pattern, source, at)) ||
    ((text === "`" || (text === "}" && insideTemplate)) && matchAt(template, source, at));
  return { kind: "mark", text: found ? found[0] : text, gap: false } as const;
}

function countBraces(braces: number[], text: string): void {
  const depth = braces.length - 1;
  if (text.length > 1 && text.startsWith("}")) braces.pop();
  if (text.length > 1 && text.endsWith("${")) braces.push(0);
  else if (text === "{" && depth >= 0) braces[depth] = (braces[depth] ?? 0) + 1;
  else if (text === "}" && depth >= 0) braces[depth] = (braces[depth] ?? 0) - 1;
}

function matchAt(expression: RegExp, source: string, at: number): RegExpExecArray | null {
  expression.lastIndex = at;
  return expression.exec(source);
}

/** A slash starts a regular expression unless it follows a value, which it then divides. */
function isPatternStart(text: string, last: string): boolean {
  return text === "/" && (wordsBeforePattern.has(last) || !/[\w$)\]}"'`]$/.test(last));
}
