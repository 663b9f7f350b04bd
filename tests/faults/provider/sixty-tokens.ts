/**
 * What every model here writes: sixty tokens, of which the fortieth ends in a blank line, so that a text cut there ends in
 * white space, which no vendor takes back as the beginning of an answer.
 */
export const tokens = [
  ...["The", " old", " ferry", " crosses", " the", " river", " at", " dawn", ".", " Its", " bell", " rings"],
  ...[" twice", ":", " once", " for", " those", " who", " leave", ",", " once", " for", " those", " who"],
  ...[" stay", ".\n", "Nobody", " knows", " who", " hung", " it", " up", " there", " –", " “", "the", " 🌊"],
  ...["”", " perhaps", ".\n\n", "When", " fog", " lies", " low", ",", " the", " pilot", " counts", " his"],
  ...[" strokes", ",", " and", " the", " far", " bank", " comes", " closer", ",", " still", "."],
];

/** What a model writes that does not find another's words. */
export const otherTokens = tokens.map((token) => token.replace(/\p{L}+/u, (word) => `${word}er`));

/** The whole answer. */
export const wholeText = tokens.join("");
export const otherText = otherTokens.join("");
