import type { ImageSource } from "../api/file.ts";
import { type ReadBlob, readUpload } from "./read-upload.ts";

/** An image as vendors take it: a link they fetch themselves, or the content. */
export type ReadImage =
  | { from: "link"; url: string }
  | { from: "content"; contentType: string; base64: string };

const dataUrl = /^data:(image\/[a-z0-9.+-]+);base64,/;

/** Takes a data URL apart and reads an upload. Throws as `readUpload` does. */
export async function readImage(image: ImageSource, readBlob: ReadBlob): Promise<ReadImage> {
  if ("blob" in image) {
    const { content, contentType } = await readUpload(image.blob, readBlob);
    return { from: "content", contentType, base64: Buffer.from(content).toString("base64") };
  }
  const [prefix, contentType] = dataUrl.exec(image.url) ?? [];
  if (!prefix || !contentType) return { from: "link", url: image.url };
  return { from: "content", contentType, base64: image.url.slice(prefix.length) };
}
