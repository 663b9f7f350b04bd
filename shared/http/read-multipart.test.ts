import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readMultipart, readText } from "./read-multipart.ts";

type Read = { name: string; filename?: string; text: string };

/** Reads a body that comes in pieces of `size` bytes. */
async function read(body: Uint8Array, contentType: string, size = body.length): Promise<Read[]> {
  async function* pieces() {
    for (let at = 0; at < body.length; at += size) yield body.subarray(at, at + size);
  }
  const found: Read[] = [];
  for await (const { content, ...part } of readMultipart(pieces(), contentType))
    found.push({ ...part, text: await readText(content, 1_000_000) });
  return found;
}

async function encode(form: FormData): Promise<[body: Uint8Array, contentType: string]> {
  const request = new Request("http://x", { method: "POST", body: form });
  return [await request.bytes(), request.headers.get("content-type") ?? ""];
}

const type = "multipart/form-data; boundary=edge";

describe("a form", () => {
  it("is read as it was written, in whatever pieces it comes", async () => {
    const text = fc.string({ unit: fc.constantFrom("\r", "\n", "-", "e", "é"), maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(text, text, fc.integer({ min: 1, max: 50 }), async (field, content, size) => {
        const form = new FormData();
        form.append("purpose", field);
        form.append("file", new Blob([content]), 'a "b".jsonl');
        const [body, contentType] = await encode(form);
        const [first, second] = await read(body, contentType, size);
        // A form's texts end their lines as the web does; files are left alone.
        expect(first).toEqual({ name: "purpose", text: field.replaceAll(/\r\n|\r|\n/g, "\r\n") });
        expect(second).toEqual({ name: "file", filename: 'a "b".jsonl', text: content });
      }),
    );
  });

  it("goes on where a content was not read to its end", async () => {
    const form = new FormData();
    form.append("file", new Blob(["x".repeat(100_000)]), "a");
    form.append("purpose", "batch");
    const [body, contentType] = await encode(form);
    const names: string[] = [];
    for await (const { name } of readMultipart(ReadableStream.from([body]), contentType)) names.push(name);
    expect(names).toEqual(["file", "purpose"]);
  });

  it("may begin with other text, and need not end with a line", async () => {
    const body = 'Hello\r\n--edge\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--edge--';
    expect(await read(Buffer.from(body), 'multipart/form-data; charset=x; boundary="edge"')).toEqual([
      { name: "a", text: "1" },
    ]);
  });

  it.each([
    ["is empty", ""],
    ["has no end", '--edge\r\nContent-Disposition: form-data; name="a"\r\n\r\n1'],
    ["has a field without a name", "--edge\r\nContent-Disposition: form-data\r\n\r\n1\r\n--edge--"],
    ["has endless headers", `--edge\r\nA: ${"x".repeat(20_000)}\r\n\r\n1\r\n--edge--`],
  ])("is refused where it %s", async (_what, body) => {
    await expect(read(Buffer.from(body), type)).rejects.toMatchObject({ code: "invalid_request" });
  });

  it.each(["application/json", "multipart/form-data", `multipart/form-data; boundary=${"x".repeat(71)}`])(
    "is refused as %s",
    async (contentType) => {
      await expect(read(Buffer.from("x"), contentType)).rejects.toMatchObject({
        code: "unsupported_media_type",
      });
    },
  );
});
