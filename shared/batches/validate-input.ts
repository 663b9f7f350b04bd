import type { Platform } from "../platform/platform.ts";
import type { BatchError } from "./batch-document.ts";
import { checkLine } from "./check-line.ts";
import type { FileDocument } from "./file-document.ts";
import { readPart } from "./read-files.ts";
import { isBlank } from "./read-lines.ts";
import { splitLines } from "./split-parts.ts";

/** The most lines of a batch, as OpenAI has it. */
export const mostLines = 50_000;
/** Nobody reads more of them, and the batch's document holds them. */
const mostErrors = 100;

/** A checked input: how many lines each of its parts holds; or what is wrong with it, line by line. */
export type CheckedInput = { partLines: number[]; total: number } | { errors: BatchError[] };

/** Reads the whole input once, a part at a time. */
export async function validateInput(
  deps: Pick<Platform, "blobs">,
  file: FileDocument,
  endpoint: string,
): Promise<CheckedInput> {
  const errors: BatchError[] = [];
  const partLines: number[] = [];
  const seen = new Map<string, number>();
  let [line, total] = [0, 0];

  function check(content: Buffer): void {
    const checked = checkLine(content, { line, endpoint });
    const error = "error" in checked ? checked.error : findDuplicate(seen, checked.value.custom_id, line);
    if (error) errors.push(error);
  }

  for (const { name } of file.parts) {
    const lines = splitLines(await readPart(deps, file, name));
    const before = total;
    for (const content of lines) {
      line += 1;
      if (isBlank(content)) continue;
      total += 1;
      if (total > mostLines) return { errors: [tooMany] };
      check(content);
      if (errors.length >= mostErrors) return { errors };
    }
    partLines.push(total - before);
  }
  if (total === 0) return { errors: [empty] };
  return errors.length > 0 ? { errors } : { partLines, total };
}

function findDuplicate(seen: Map<string, number>, customId: string, line: number): BatchError | undefined {
  const earlier = seen.get(customId);
  seen.set(customId, earlier ?? line);
  if (earlier === undefined) return undefined;
  return {
    code: "duplicate_custom_id",
    message: `The custom_id of this line is that of line ${earlier}; each must be its own.`,
    line,
    param: "custom_id",
  };
}

const tooMany: BatchError = {
  code: "too_many_tasks",
  message: `The input holds more than ${mostLines} lines; split it into several batches.`,
};

const empty: BatchError = { code: "empty_file", message: "The input holds no request." };
