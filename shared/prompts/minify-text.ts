/** A text that says the same in fewer tokens: JSON without its blanks, else without blanks at the ends of lines and rows of empty ones. Pure. */
export function minifyText(text: string): string {
  return minifyJson(text) ?? minifyBlanks(text);
}

function minifyJson(text: string): string | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    const minified = JSON.stringify(JSON.parse(text));
    return minified.length < text.length ? minified : text;
  } catch {
    // No JSON, or nested too deep to be written again.
    return undefined;
  }
}

function minifyBlanks(text: string): string {
  return text
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n")
    .replaceAll(/\n{3,}/g, "\n\n");
}
