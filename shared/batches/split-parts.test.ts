import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitLines, splitParts } from "./split-parts.ts";

async function split(chunks: string[], least: number): Promise<string[]> {
  const parts: string[] = [];
  async function* content() {
    for (const chunk of chunks) yield Buffer.from(chunk);
  }
  for await (const part of splitParts(content(), least)) parts.push(Buffer.from(part).toString());
  return parts;
}

describe("parts of a file", () => {
  it("are the file again, end where a line ends, and hold no more than they must", async () => {
    const chunk = fc.string({ unit: fc.constantFrom("a", "b", "\n"), maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(fc.array(chunk), fc.integer({ min: 1, max: 12 }), async (chunks, least) => {
        const parts = await split(chunks, least);
        expect(parts.join("")).toBe(chunks.join(""));
        for (const part of parts.slice(0, -1)) {
          expect(part.endsWith("\n")).toBe(true);
          const [line = ""] = part.split("\n").toSorted((one, other) => other.length - one.length);
          expect(part.length).toBeLessThan(2 * least + line.length + 1);
        }
      }),
    );
  });

  it("are one where a line does not end", async () => {
    expect(await split(["aaaa", "aaaa", "aaaa"], 2)).toEqual(["aaaaaaaaaaaa"]);
  });

  it("are split into their lines, whatever ends the last one", () => {
    const lines = (text: string) => splitLines(Buffer.from(text)).map(String);
    expect(lines("a\n\nb\n")).toEqual(["a", "", "b"]);
    expect(lines("a\nb")).toEqual(["a", "b"]);
    expect(lines("")).toEqual([]);
  });
});
