import { expect, test } from "vitest";
import { ConeaError } from "../core/conea-error.ts";
import { readImage } from "./read-image.ts";

const blob = `blob_${"a".repeat(26)}`;
const none = () => Promise.reject(new Error("not asked for"));

test("leaves a link to the vendor", async () => {
  const url = "https://example.com/cat.jpg";
  expect(await readImage({ url }, none)).toEqual({ from: "link", url });
});

test("takes a data URL apart", async () => {
  const image = await readImage({ url: "data:image/svg+xml;base64,PHN2Zy8+" }, none);
  expect(image).toEqual({ from: "content", contentType: "image/svg+xml", base64: "PHN2Zy8+" });
});

test("reads an upload", async () => {
  const content = new Uint8Array([1, 2, 3]);
  const image = await readImage({ blob }, async () => ({ content, contentType: "image/webp" }));
  expect(image).toEqual({ from: "content", contentType: "image/webp", base64: "AQID" });
});

test("is an invalid request when the upload does not exist, and may be retried when the store fails", async () => {
  const missing = readImage({ blob }, () => Promise.reject(new ConeaError("not_found", "There is none.")));
  await expect(missing).rejects.toMatchObject({ kind: "invalid_request", retryable: false });
  const failing = readImage({ blob }, () => Promise.reject(new Error("disk")));
  await expect(failing).rejects.toMatchObject({ kind: "unknown", retryable: true });
});
