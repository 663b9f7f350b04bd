/** No word, no gap and no row of signs is that long in a text that somebody wrote. */
const longestRun = 256;

type Kind = "letter" | "digit" | "blank" | "sign";

/**
 * The text in pieces, none of which holds a run of letters, of blanks or of signs longer than 256. A byte-pair encoding takes
 * time that grows with the square of a run (100,000 letters: 3 s); cut, a megabyte of anything takes a second at most. Text
 * without such runs is one piece, and counts exactly; a cut may add a token. Pure.
 */
export function cutRuns(text: string): string[] {
  const pieces: string[] = [];
  let from = 0;
  let run = 0;
  let kind: Kind | undefined;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    // The second half of a pair belongs to the first.
    if (code >= 0xdc00 && code <= 0xdfff) continue;
    const next = kindOf(code, text, at);
    run = next === kind ? run + 1 : 1;
    kind = next;
    // Encodings take digits by threes.
    if (run <= longestRun || kind === "digit") continue;
    pieces.push(text.slice(from, at));
    from = at;
    run = 1;
  }
  pieces.push(text.slice(from));
  return pieces;
}

function kindOf(code: number, text: string, at: number): Kind {
  if ((code >= 97 && code <= 122) || (code >= 65 && code <= 90)) return "letter";
  if (code >= 48 && code <= 57) return "digit";
  if (code <= 32 || code === 0xa0) return "blank";
  if (code < 128) return "sign";
  const character = String.fromCodePoint(text.codePointAt(at) ?? code);
  if (/[\p{L}\p{M}]/u.test(character)) return "letter";
  return /\s/u.test(character) ? "blank" : "sign";
}
