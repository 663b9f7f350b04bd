import type { Platform } from "../platform/platform.ts";
import type { BatchSizes } from "./batch-sizes.ts";
import type { FileDocument } from "./file-document.ts";
import { readPart } from "./read-files.ts";
import { splitLines } from "./split-parts.ts";

/** A line of a batch's input; `index` counts those that are not blank, from 0. */
export type InputLine = { index: number; content: Buffer };

const blank = /^\s*$/;

/** Blank lines count for numbers and hold nothing. */
export function isBlank(content: Buffer): boolean {
  // What is not blank says so in its first bytes, unless it tries hard.
  return content.length === 0 || (content[0] !== 0x7b && blank.test(content.toString("latin1")));
}

/** The lines of a checked input from `first` on. Reads the part that holds it, and each after that, when it comes to them. */
export async function* readLines(
  deps: Pick<Platform, "blobs">,
  file: FileDocument,
  partLines: number[],
  first: number,
): AsyncGenerator<InputLine> {
  let index = 0;
  for (const [number, { name }] of file.parts.entries()) {
    const count = partLines[number] ?? 0;
    const isBefore = index + count <= first;
    const lines = isBefore ? [] : splitLines(await readPart(deps, file, name)).filter((one) => !isBlank(one));
    for (const [at, content] of lines.entries()) {
      if (index + at >= first) yield { index: index + at, content };
    }
    index += count;
  }
}

/** Groups of lines, as large as they may be. */
export async function* inPages(
  lines: AsyncIterable<InputLine>,
  { pageLines, pageBytes }: Pick<BatchSizes, "pageLines" | "pageBytes">,
): AsyncGenerator<InputLine[]> {
  let page: InputLine[] = [];
  let bytes = 0;
  for await (const line of lines) {
    page.push(line);
    bytes += line.content.length;
    if (page.length < pageLines && bytes < pageBytes) continue;
    yield page;
    page = [];
    bytes = 0;
  }
  if (page.length > 0) yield page;
}
