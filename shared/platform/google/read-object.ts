import { addAbortSignal } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { File } from "@google-cloud/storage";
import { z } from "zod";

/** Of an answer with content; the client passes Node's headers on. */
const Answer = z.object({
  headers: z.object({
    "content-type": z.string().default("application/octet-stream"),
    "x-goog-stored-content-length": z.coerce.number(),
  }),
});

/** The whole content, or a rejection: its MD5 and its length are compared with what Cloud Storage says it has. */
export async function readObject(
  file: File,
  signal: AbortSignal,
): Promise<{ contentType: string; content: Buffer }> {
  const stream = addAbortSignal(signal, file.createReadStream({ validation: "md5" }));
  let answer: unknown;
  stream.once("response", (response) => {
    answer = response;
  });
  const content = await buffer(stream);
  const { headers } = Answer.parse(answer);
  if (content.length !== headers["x-goog-stored-content-length"])
    throw Object.assign(new Error("the content ended early"), { code: "CONTENT_DOWNLOAD_MISMATCH" });
  return { contentType: headers["content-type"], content };
}
