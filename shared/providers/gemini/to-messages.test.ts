import { expect, test } from "vitest";
import type { ChatMessage } from "../../api/chat.ts";
import { ConeaError } from "../../core/conea-error.ts";
import { toMessages } from "./to-messages.ts";

const noBlob = () => Promise.reject(new ConeaError("not_found", "There is no such upload."));
const translate = (messages: ChatMessage[], model = "gemini-2.5-flash") =>
  toMessages(messages, model, noBlob);

const graz = { id: "yf8vrq2g__thought__EpYGCpMGAb4-9vs", name: "get_weather", arguments: '{"city":"Graz"}' };
const linz = { id: "qw1p0zzh", name: "get_time", arguments: "" };

test("collects the system messages, wherever they stand, into the system instruction", async () => {
  expect(
    await translate([
      { role: "system", content: "Be brief." },
      { role: "user", content: "Hello" },
      { role: "assistant", content: "Hi" },
      { role: "system", content: "Be kind." },
    ]),
  ).toEqual({
    systemInstruction: { parts: [{ text: "Be brief." }, { text: "Be kind." }] },
    contents: [
      { role: "user", parts: [{ text: "Hello" }] },
      { role: "model", parts: [{ text: "Hi" }] },
    ],
  });
});

test("gives the model its calls back as it made them, signature and all, and the results in their order", async () => {
  const { contents } = await translate([
    { role: "user", content: "Weather and time?" },
    { role: "assistant", toolCalls: [graz, linz] },
    { role: "tool", toolCallId: linz.id, content: "noon" },
    { role: "tool", toolCallId: graz.id, content: '{"celsius":18}' },
    { role: "user", content: "Thanks" },
  ]);
  expect(contents.slice(1)).toEqual([
    {
      role: "model",
      parts: [
        {
          functionCall: { id: "yf8vrq2g", name: "get_weather", args: { city: "Graz" } },
          thoughtSignature: "EpYGCpMGAb4+9vs=",
        },
        { functionCall: { id: "qw1p0zzh", name: "get_time", args: {} } },
      ],
    },
    {
      role: "user",
      parts: [
        { functionResponse: { id: "yf8vrq2g", name: "get_weather", response: { output: { celsius: 18 } } } },
        { functionResponse: { id: "qw1p0zzh", name: "get_time", response: { output: "noon" } } },
      ],
    },
    { role: "user", parts: [{ text: "Thanks" }] },
  ]);
});

test("tells models of generation 3 where a signature is missing, once per turn, and no older ones", async () => {
  const foreign: ChatMessage[] = [
    {
      role: "assistant",
      toolCalls: [
        { ...graz, id: "call_1" },
        { ...linz, id: "call_2" },
      ],
    },
  ];
  const signatures = async (model: string) =>
    (await translate(foreign, model)).contents[0]?.parts.map(({ thoughtSignature }) => thoughtSignature);
  expect(await signatures("gemini-3.8-flash")).toEqual(["skip_thought_signature_validator", undefined]);
  expect(await signatures("gemini-2.5-pro")).toEqual([undefined, undefined]);
});

test("takes the name of the latest call of an id", async () => {
  const { contents } = await translate([
    { role: "assistant", toolCalls: [{ ...linz, id: "call_0", name: "first" }] },
    { role: "tool", toolCallId: "call_0", content: "1" },
    { role: "assistant", toolCalls: [{ ...linz, id: "call_0", name: "second" }] },
    { role: "tool", toolCallId: "call_0", content: "{not json" },
  ]);
  expect(contents[3]?.parts[0]?.functionResponse).toEqual({
    id: "call_0",
    name: "second",
    response: { output: "{not json" },
  });
});

test("names a result whose call is nowhere to be found", async () => {
  const outcome = translate([
    { role: "user", content: "Hello" },
    { role: "tool", toolCallId: "call_9", content: "sun" },
  ]);
  await expect(outcome).rejects.toMatchObject({
    kind: "invalid_request",
    message: expect.stringContaining("parameter messages[1].toolCallId"),
  });
});

test.each([
  ["https://example.com/cat.PNG?size=2", "image/png"],
  ["https://example.com/a.b/cat.webp", "image/webp"],
  ["https://example.com/cat", "image/jpeg"],
])("says of the link %s that it leads to %s", async (url, mimeType) => {
  const { contents } = await translate([{ role: "user", content: [{ type: "image", image: { url } }] }]);
  expect(contents[0]?.parts).toEqual([{ fileData: { fileUri: url, mimeType } }]);
});

test("refuses an upload that does not exist as an invalid request", async () => {
  const image = { blob: `blob_${"a".repeat(26)}` };
  const outcome = translate([{ role: "user", content: [{ type: "image", image }] }]);
  await expect(outcome).rejects.toMatchObject({ name: "ProviderError", kind: "invalid_request" });
});

test("leaves out texts and turns that are blank", async () => {
  const { contents } = await translate([
    { role: "user", content: "Hello" },
    { role: "assistant", content: "" },
    { role: "user", content: [{ type: "text", text: "" }] },
  ]);
  expect(contents).toEqual([{ role: "user", parts: [{ text: "Hello" }] }]);
});
