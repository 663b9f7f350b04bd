import { crc32, inflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { toColor, toPicture } from "./to-picture.ts";
import { toSound } from "./to-sound.ts";
import { toVector } from "./to-vector.ts";

function readChunks(png: Buffer): { type: string; data: Buffer }[] {
  const chunks: { type: string; data: Buffer }[] = [];
  for (let at = 8; at < png.length; ) {
    const end = at + 8 + png.readUInt32BE(at);
    expect(crc32(png.subarray(at + 4, end))).toBe(png.readUInt32BE(end));
    chunks.push({ type: png.toString("latin1", at + 4, at + 8), data: png.subarray(at + 8, end) });
    at = end + 4;
  }
  return chunks;
}

test("draws a PNG of 64 by 64 pixels that begins in its colour", () => {
  const chunks = readChunks(toPicture("a cat"));
  expect(chunks.map(({ type }) => type)).toEqual(["IHDR", "IDAT", "IEND"]);
  const pixels = inflateSync(chunks[1]?.data ?? "");
  expect(pixels).toHaveLength(64 * (1 + 64 * 3));
  expect(`#${pixels.subarray(1, 4).toString("hex")}`).toBe(toColor("a cat"));
});

test("makes a wav whose header fits its samples", () => {
  const { content } = toSound("wav") ?? { content: Buffer.alloc(0) };
  expect(content.toString("latin1", 0, 4)).toBe("RIFF");
  expect(content.readUInt32LE(4)).toBe(content.length - 8);
  expect(content.readUInt32LE(40)).toBe(content.length - 44);
});

test("makes an mp3 of whole frames", () => {
  const { content } = toSound("mp3") ?? { content: Buffer.alloc(0) };
  expect(content.length % 417).toBe(0);
  for (let at = 0; at < content.length; at += 417) expect(content.readUInt16BE(at)).toBe(0xfffb);
});

test("makes vectors of length 1 that are nearer to each other the more words the texts share", () => {
  const [cat, kitten, figures] = ["a red cat sleeps", "a red cat plays", "quarterly sales figures"].map(
    (text) => toVector(text, "text-embedding-3-small"),
  );
  const dot = (a: number[] = [], b: number[] = []) =>
    a.reduce((sum, value, n) => sum + value * (b[n] ?? 0), 0);
  expect(cat).toHaveLength(1_536);
  expect(dot(cat, cat)).toBeCloseTo(1, 5);
  expect(dot(cat, kitten)).toBeGreaterThan(0.6);
  expect(Math.abs(dot(cat, figures))).toBeLessThan(0.2);
});

test("makes a vector of punctuation and of nothing", () => {
  expect(toVector("?!", "any", 8)).toHaveLength(8);
  expect(toVector("", "any", 8).every(Number.isFinite)).toBe(true);
});
