/** `{{name}}`, also with blanks around the name. Anything else in braces is text. */
const placeholder = /\{\{[ \t]{0,8}([A-Za-z][A-Za-z0-9_]{0,63})[ \t]{0,8}\}\}/g;

/** A piece of a template: text, or the name of a variable. */
export type TemplatePiece = { text: string } | { variable: string };

/** A template's text as the pieces it is made of, in order. Pure. */
export function toPieces(text: string): TemplatePiece[] {
  const pieces: TemplatePiece[] = [];
  let from = 0;
  for (const { index, 0: whole, 1: variable = "" } of text.matchAll(placeholder)) {
    if (index > from) pieces.push({ text: text.slice(from, index) });
    pieces.push({ variable });
    from = index + whole.length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from) });
  return pieces;
}

/** The variables that a template's text names. */
export function findPlaceholders(text: string): Set<string> {
  return new Set([...text.matchAll(placeholder)].map(([, name = ""]) => name));
}
