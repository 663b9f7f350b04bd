const pieceLength = 64;

/** A known text in pieces as a stream would bring it: at the ends of words where there are any, never within a character. */
export function toReplayPieces(text: string): string[] {
  const pieces: string[] = [];
  for (let start = 0; start < text.length; ) {
    const end = findEnd(text, start);
    pieces.push(text.slice(start, end));
    start = end;
  }
  return pieces;
}

function findEnd(text: string, start: number): number {
  const limit = start + pieceLength;
  if (limit >= text.length) return text.length;
  const space = text.lastIndexOf(" ", limit - 1);
  const end = space > start ? space + 1 : limit;
  return isLeadingHalf(text.charCodeAt(end - 1)) ? end + 1 : end;
}

function isLeadingHalf(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
