import { describe, expect, it } from "vitest";
import { aLine, openBatches, someLines } from "./batches.fixture.ts";
import { largestLine } from "./check-line.ts";
import { mostLines, validateInput } from "./validate-input.ts";

const endpoint = "/v1/chat/completions";

async function check(lines: string[]) {
  const at = await openBatches();
  const checked = await validateInput(at.deps, await at.upload(lines), endpoint);
  await at.close();
  return checked;
}

const good = { custom_id: "a", method: "POST", url: endpoint, body: {} };
const changed = (changes: object) => JSON.stringify({ ...good, ...changes });

describe("the input of a batch", () => {
  it("is counted part by part, blank lines left out", async () => {
    expect(await check([aLine("a"), "", " \r", aLine("b")])).toEqual({ partLines: [2], total: 2 });
    const large = someLines(4).map((line, index) => aLine(`${index}`, line.padEnd(400_000)));
    expect(await check(large)).toEqual({ partLines: [2, 2], total: 4 });
  });

  it.each([
    ["no JSON", "{", "invalid_json_line", undefined],
    ["no object", "[1]", "invalid_json_line", undefined],
    ["no custom_id", changed({ custom_id: undefined }), "missing_required_parameter", "custom_id"],
    ["a custom_id that is a number", changed({ custom_id: 7 }), "invalid_custom_id", "custom_id"],
    ["an empty custom_id", changed({ custom_id: "" }), "invalid_custom_id", "custom_id"],
    ["no body", changed({ body: undefined }), "missing_required_parameter", "body"],
    ["a body that is a text", changed({ body: "x" }), "invalid_body", "body"],
    ["another method", changed({ method: "GET" }), "invalid_method", "method"],
    ["another url", changed({ url: "/v1/embeddings" }), "url_mismatch", "url"],
    ["the custom_id of an earlier line", aLine("first"), "duplicate_custom_id", "custom_id"],
    ["a line that is too long", aLine("x", "y".repeat(largestLine)), "line_too_large", undefined],
  ])("names the line that has %s", async (_what, line, code, param) => {
    const checked = await check([aLine("first"), "", line, aLine("last")]);
    const error = { code, line: 3, message: expect.stringMatching(/\.$/), ...(param && { param }) };
    expect(checked).toEqual({ errors: [error] });
  });

  it("is refused where a line is no UTF-8", async () => {
    const at = await openBatches();
    const file = await at.upload([]).catch(() => undefined);
    expect(file).toBeUndefined();
    const content = Buffer.concat([Buffer.from('{"custom_id":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    const stored = await at.store(content);
    expect(await validateInput(at.deps, stored, endpoint)).toMatchObject({
      errors: [{ code: "invalid_json_line", line: 1 }],
    });
    await at.close();
  });

  it("may hold as many lines as a batch, and not one more", async () => {
    expect(await check(someLines(mostLines))).toMatchObject({ total: mostLines });
    expect(await check(someLines(mostLines + 1))).toMatchObject({ errors: [{ code: "too_many_tasks" }] });
  });

  it("tells of the first hundred errors, and of none where there is no line", async () => {
    const checked = await check(Array<string>(150).fill("x"));
    expect("errors" in checked && checked.errors).toHaveLength(100);
    expect(await check(["", ""])).toMatchObject({ errors: [{ code: "empty_file" }] });
  });
});
