import { expect, test } from "vitest";
import type { ChatMessage } from "../../api/chat.ts";
import { ConeaError } from "../../core/conea-error.ts";
import { toMessages } from "./to-messages.ts";

const noBlob = () => Promise.reject(new ConeaError("not_found", "There is no such upload."));
const translate = (messages: ChatMessage[]) => toMessages(messages, noBlob);

const call = { id: "call_1", name: "get_weather", arguments: '{"city": "Graz"}' };

test("joins the system messages, wherever they stand, into the system prompt", async () => {
  const { system, messages } = await translate([
    { role: "system", content: "Be brief." },
    { role: "user", content: "Hello" },
    { role: "system", content: "Be kind." },
  ]);
  expect(system).toBe("Be brief.\n\nBe kind.");
  expect(messages).toEqual([{ role: "user", content: [{ type: "text", text: "Hello" }] }]);
});

test("has no system prompt where there is no system message", async () => {
  expect(await translate([{ role: "user", content: "Hello" }])).not.toHaveProperty("system");
});

test("leaves a last message of the assistant where it is, for the model to go on from", async () => {
  const { messages } = await translate([
    { role: "user", content: "Hello" },
    { role: "assistant", content: "The quick brown" },
  ]);
  expect(messages.at(-1)).toEqual({
    role: "assistant",
    content: [{ type: "text", text: "The quick brown" }],
  });
});

test("merges the results of parallel calls, and only those, into one user turn", async () => {
  const { messages } = await translate([
    { role: "user", content: "Weather?" },
    { role: "assistant", content: "", toolCalls: [call, { ...call, id: "call_2", arguments: "" }] },
    { role: "tool", toolCallId: "call_1", content: "sun" },
    { role: "tool", toolCallId: "call_2", content: "" },
    { role: "user", content: "And?" },
  ]);
  expect(messages.slice(1)).toEqual([
    {
      role: "assistant",
      content: [
        { type: "tool_use", id: "call_1", name: "get_weather", input: { city: "Graz" } },
        { type: "tool_use", id: "call_2", name: "get_weather", input: {} },
      ],
    },
    {
      role: "user",
      content: [
        { type: "tool_result", tool_use_id: "call_1", content: [{ type: "text", text: "sun" }] },
        { type: "tool_result", tool_use_id: "call_2", content: [] },
      ],
    },
    { role: "user", content: [{ type: "text", text: "And?" }] },
  ]);
});

test("passes on a link to an image for the vendor to fetch", async () => {
  const image = { url: "https://example.com/cat.jpg" };
  const { messages } = await translate([{ role: "user", content: [{ type: "image", image }] }]);
  expect(messages[0]?.content).toEqual([
    { type: "image", source: { type: "url", url: "https://example.com/cat.jpg" } },
  ]);
});

test("refuses an upload that does not exist as an invalid request", async () => {
  const image = { blob: `blob_${"a".repeat(26)}` };
  const outcome = translate([{ role: "user", content: [{ type: "image", image }] }]);
  await expect(outcome).rejects.toMatchObject({ name: "ProviderError", kind: "invalid_request" });
});

test("leaves out texts and turns that are blank, which the vendor refuses", async () => {
  const { messages } = await translate([
    {
      role: "user",
      content: [
        { type: "text", text: " " },
        { type: "text", text: "Hello" },
      ],
    },
    { role: "assistant", content: "" },
  ]);
  expect(messages).toEqual([{ role: "user", content: [{ type: "text", text: "Hello" }] }]);
});

test("gives ids the vendor would refuse one it takes, the same in the call and in its result", async () => {
  const id = `call.with dots ${"x".repeat(100)}`;
  const { messages } = await translate([
    { role: "assistant", toolCalls: [{ ...call, id }] },
    { role: "tool", toolCallId: id, content: "sun" },
  ]);
  const [asked, answered] = messages.map(({ content }) => content[0]);
  const sent = asked?.type === "tool_use" ? asked.id : "";
  expect(sent).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
  expect(answered).toMatchObject({ type: "tool_result", tool_use_id: sent });
});

test.each(["{broken", "[1]", "7", "null"])(
  "names the arguments of a call that are not an object: %s",
  async (text) => {
    const outcome = translate([
      { role: "user", content: "Hello" },
      { role: "assistant", toolCalls: [call, { ...call, arguments: text }] },
    ]);
    await expect(outcome).rejects.toMatchObject({
      kind: "invalid_request",
      message: expect.stringContaining("parameter messages[1].toolCalls[1].arguments"),
    });
  },
);
