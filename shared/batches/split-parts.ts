const newline = 10;
/** A part is read as a whole, so it decides how much memory a reader takes. */
const partBytes = 1_000_000;

/** Content in parts of a megabyte or two at most that end where a line ends; longer only where a single line is. */
export async function* splitParts(
  content: AsyncIterable<Uint8Array>,
  least = partBytes,
): AsyncGenerator<Uint8Array> {
  let kept: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of inSlices(content, least)) {
    kept.push(chunk);
    bytes += chunk.byteLength;
    const end = chunk.lastIndexOf(newline) + 1;
    if (bytes < least || end === 0) continue;
    const rest = chunk.subarray(end);
    yield Buffer.concat(kept, bytes - rest.byteLength);
    kept = [rest];
    bytes = rest.byteLength;
  }
  if (bytes > 0) yield Buffer.concat(kept, bytes);
}

async function* inSlices(content: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<Uint8Array> {
  for await (const chunk of content) {
    for (let at = 0; at < chunk.byteLength; at += most) yield chunk.subarray(at, at + most);
  }
}

/** The lines of a part, without what ends them. */
export function splitLines(part: Uint8Array): Buffer[] {
  const content = Buffer.from(part.buffer, part.byteOffset, part.byteLength);
  const lines: Buffer[] = [];
  for (let start = 0; start < content.length; ) {
    const end = content.indexOf(newline, start);
    lines.push(content.subarray(start, end < 0 ? content.length : end));
    start = end < 0 ? content.length : end + 1;
  }
  return lines;
}
