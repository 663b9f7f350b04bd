import { ConeaError } from "../../core/conea-error.ts";
import { BlobTooLarge } from "../../platform/blobs.ts";
import { limitContent } from "../../platform/limit-content.ts";
import { readMultipart, readText } from "../read-multipart.ts";

export type UploadedFile = { filename: string; content: AsyncIterable<Uint8Array> };

/** Fields and the lines around them, beside the file. */
const overheadBytes = 100_000;
const mostFields = 20;

/**
 * Reads a form with one large file, which `keep` takes as it comes, before or after the other fields. Throws
 * `unsupported_media_type`, `too_large` and `invalid_request`; `keep` may have been called by then.
 */
export async function readUploadForm(
  request: Request,
  largestFile: number,
  keep: (file: UploadedFile) => Promise<void>,
): Promise<Record<string, string>> {
  const most = largestFile + overheadBytes;
  if (Number(request.headers.get("content-length") ?? 0) > most) throw tooLarge(largestFile);
  const body = limitContent(request.body ?? new Uint8Array(), most);
  const fields: Record<string, string> = {};
  let count = 0;
  try {
    for await (const { name, filename, content } of readMultipart(
      body,
      request.headers.get("content-type") ?? "",
    )) {
      count += 1;
      if (count > mostFields || Object.hasOwn(fields, name)) throw wrongForm(name);
      if (name === "file" && filename === undefined) throw wrongForm(name);
      if (name === "file") await keep({ filename: filename ?? "", content });
      fields[name] = name === "file" ? "" : await readText(content);
    }
  } catch (error) {
    throw error instanceof BlobTooLarge ? tooLarge(largestFile) : error;
  }
  const { file, ...others } = fields;
  if (file === undefined) throw wrongForm("file");
  return others;
}

function tooLarge(largestFile: number): ConeaError {
  return new ConeaError("too_large", `The body is larger than a file may be, ${largestFile} bytes.`);
}

function wrongForm(field: string): ConeaError {
  return new ConeaError("invalid_request", "The form must hold one file, as file, and each field once.", {
    fields: [{ field, message: field === "file" ? "must be one file" : "must come once" }],
  });
}
