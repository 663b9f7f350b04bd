import { isUtf8 } from "node:buffer";
import { z } from "zod";
import type { BatchError } from "./batch-document.ts";

/** The largest line in bytes: as large as a request of its own may be. */
export const largestLine = 1_000_000;
const longestCustomId = 512;

/** A line of a batch's input, as OpenAI's clients write it. */
export type BatchLine = {
  custom_id: string;
  method: string;
  url: string;
  body: Record<string, unknown>;
  /** What a call of its own would ask for by its headers. */
  headers?: unknown;
};

const Body = z.record(z.string(), z.unknown());

/** What is wrong with a line for a batch of one endpoint, or its parsed form. Pure. */
export function checkLine(
  content: Buffer,
  { line, endpoint }: { line: number; endpoint: string },
): { value: BatchLine } | { error: BatchError } {
  const wrong = (code: string, message: string, param?: string) => ({
    error: { code, message, line, ...(param && { param }) },
  });
  if (content.length > largestLine)
    return wrong("line_too_large", `This line is larger than ${largestLine} bytes.`);
  const parsed = Body.safeParse(parseLine(content)).data;
  if (!parsed) return wrong("invalid_json_line", "This line is not parseable as a JSON object.");
  const { custom_id, method, url } = parsed;
  const missing = ["custom_id", "method", "url", "body"].find((name) => parsed[name] === undefined);
  if (missing) return wrong("missing_required_parameter", `This line has no ${missing}.`, missing);
  if (typeof custom_id !== "string" || custom_id === "" || custom_id.length > longestCustomId)
    return wrong(
      "invalid_custom_id",
      `The custom_id must be a text of 1–${longestCustomId} characters.`,
      "custom_id",
    );
  if (method !== "POST") return wrong("invalid_method", "The method must be POST.", "method");
  if (url !== endpoint)
    return wrong(
      "url_mismatch",
      `The url of this line is not the endpoint of the batch, ${endpoint}.`,
      "url",
    );
  const body = Body.safeParse(parsed.body).data;
  if (!body) return wrong("invalid_body", "The body must be a JSON object.", "body");
  return { value: { custom_id, method, url, body } };
}

function parseLine(content: Buffer): unknown {
  if (!isUtf8(content)) return undefined;
  try {
    return JSON.parse(content.toString("utf8"));
  } catch {
    return undefined;
  }
}
