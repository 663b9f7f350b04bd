import type { z } from "zod";
import { ConeaError } from "../../core/conea-error.ts";
import { parseWith, readBytes } from "../read-body.ts";

/** OpenAI takes audio of 25 MB at most; a form is its file and little else. */
const largestForm = 26_000_000;

/**
 * The fields of `multipart/form-data`, parsed by `schema`: a text, a `File`, or a list where a name comes more than once or
 * ends in `[]`. Throws `unsupported_media_type`, `too_large` and `invalid_request`.
 */
export async function readForm<T>(
  request: Request,
  schema: z.ZodType<T>,
  mostBytes = largestForm,
): Promise<T> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^multipart\/form-data\s*;/i.test(type)) {
    throw new ConeaError("unsupported_media_type", "Send the fields as multipart/form-data.");
  }
  const bytes = await readBytes(request, mostBytes);
  return parseWith(schema, toFields(await parseForm(bytes, type)), "The form");
}

async function parseForm(bytes: Uint8Array, type: string): Promise<FormData> {
  try {
    return await new Response(new Uint8Array(bytes), { headers: { "Content-Type": type } }).formData();
  } catch (cause) {
    throw new ConeaError("invalid_request", "The body is not valid multipart/form-data.", { cause });
  }
}

function toFields(form: FormData): Record<string, unknown> {
  const names = [...new Set(form.keys())].filter((name) => name !== "__proto__");
  return Object.fromEntries(
    names.map((name) => {
      const values = form.getAll(name);
      const isList = name.endsWith("[]") || values.length > 1;
      return [name.replace(/\[\]$/, ""), isList ? values : values[0]];
    }),
  );
}
