import { describe, expect, it } from "vitest";
import { openResponses as open } from "./open-responses.fixture.ts";

describe("what is hostile to a response", () => {
  it("is a clear 400 and never a fault of ours", async () => {
    const { create, send, lines, close } = await open();
    const bodies: unknown[] = [
      { model: "m" },
      { model: "m", input: 7 },
      { model: "m", input: [null] },
      { model: "m", input: [[]] },
      { model: "m", input: [{ type: "mcp_call", id: "x" }] },
      { model: "m", input: [{ role: "user", content: [] }] },
      { model: "m", input: [{ role: "user", content: [{ type: "input_file", file_id: "file_1" }] }] },
      { model: "m", input: [{ role: "user", content: [{ type: "input_image", file_id: "f" }] }] },
      { model: "m", input: [{ role: "user", content: [{ type: "input_image", image_url: "file:///etc" }] }] },
      { model: "m", input: "Hi", tools: [{ type: "function", name: "no such name!" }] },
      {
        model: "m",
        input: "Hi",
        tools: Array.from({ length: 129 }, (_, n) => ({ type: "function", name: `f${n}` })),
      },
      { model: "m", input: "Hi", metadata: { "": "x" } },
      { model: "m", input: "Hi", max_output_tokens: -1 },
      { model: "m", input: "Hi", previous_response_id: "../../tasks" },
      { model: "m", input: Array.from({ length: 101 }, (_, n) => toReference(n)) },
      { model: "m", input: Array.from({ length: 2_001 }, () => ({ role: "user", content: "x" })) },
      { model: "", input: "Hi" },
      { model: "m", input: "Hi", text: { format: { type: "grammar" } } },
      { model: "m", input: "Hi", reasoning: { effort: "utmost" } },
      '{"model":"m","input":"Hi","__proto__":{}}',
      '{"model":"m","input":"\\ud800"}',
      "{",
      "",
      "[]",
      "null",
    ];
    for (const body of bodies) {
      const response = await send("/openai/v1/responses", { body });
      expect([response.status, JSON.stringify(body).slice(0, 200)]).toEqual([400, expect.any(String)]);
      expect(await response.json()).toMatchObject({ error: { type: "invalid_request_error" } });
    }
    const many = { input: Array.from({ length: 101 }, (_, n) => toReference(n)) };
    expect(await (await create(many)).text()).toContain("more than 100 responses");
    expect((await create({ input: "x".repeat(30_000_001) })).status).toBe(413);
    expect(lines.filter(({ severity }) => severity === "ERROR")).toEqual([]);
    await close();
  });

  it("is no query of a list either", async () => {
    const { get, made, read, close } = await open();
    const { id } = await made();
    for (const query of ["limit=0", "limit=101", "limit=x", "order=up"]) {
      expect((await get(`${id}/input_items?${query}`)).status).toBe(400);
    }
    for (const query of ["stream=yes", "starting_after=3", "stream=false&starting_after=3"]) {
      expect((await get(`${id}?${query}`)).status).toBe(400);
    }
    for (const number of ["-1", "x", "1.5", "", "9007199254740993"]) {
      expect((await get(`${id}?stream=true&starting_after=${number}`)).status).toBe(400);
    }
    const empty = await get(`${id}/input_items?after=msg_nowhere`);
    expect(await read(empty)).toMatchObject({ data: [], has_more: false, first_id: null });
    await close();
  });
});

function toReference(n: number) {
  const key = n.toString(2).padStart(26, "0").replaceAll("0", "a").replaceAll("1", "b");
  return { type: "item_reference", id: `msg_${key}` };
}
