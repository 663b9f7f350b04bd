import { FunctionCallingConfigMode, GoogleGenAI, Type } from "@google/genai";
import { expect, test } from "vitest";
import { citySchema, useRehearsal } from "./rehearsal.fixture.ts";

const baseUrl = useRehearsal("gemini");
const open = () => new GoogleGenAI({ apiKey: "any", httpOptions: { baseUrl: baseUrl() } }).models;
const asked = { model: "gemini-2.5-flash", contents: "Hello, Graz! 🗻" };
const sentence = 'This is a rehearsal of gemini-2.5-flash. You said: "Hello, Graz! 🗻"';
const tools = [{ functionDeclarations: [{ name: "get_city", parametersJsonSchema: citySchema }] }];
const fitting = { city: "rehearsal", population: 1 };

test("names the model and repeats what was said, with usage", async () => {
  const response = await open().generateContent({ ...asked, config: { systemInstruction: "Be brief." } });
  expect(response.text).toBe(sentence);
  expect(response.candidates?.[0]?.finishReason).toBe("STOP");
  expect(response.usageMetadata).toMatchObject({ promptTokenCount: 7, candidatesTokenCount: 17 });
  expect(response.responseId).toMatch(/^rehearsal\d+$/);
});

test("streams the same in several pieces", async () => {
  const chunks = await Array.fromAsync(await open().generateContentStream(asked));
  expect(chunks.map(({ text }) => text).join("")).toBe(sentence);
  expect(chunks.length).toBeGreaterThan(3);
  expect(chunks.at(-1)).toMatchObject({ usageMetadata: { candidatesTokenCount: 17 } });
  expect(chunks.at(-1)?.candidates?.[0]?.finishReason).toBe("STOP");
});

test("calls a tool when the user says so or it must, with arguments that fit, whole and streamed", async () => {
  const told = { ...asked, contents: "Call get_city.", config: { tools } };
  const mode = FunctionCallingConfigMode.ANY;
  const made = { ...asked, config: { tools, toolConfig: { functionCallingConfig: { mode } } } };
  for (const asking of [told, made]) {
    const whole = await open().generateContent(asking);
    const [streamed] = await Array.fromAsync(await open().generateContentStream(asking));
    expect(whole.functionCalls).toMatchObject([{ name: "get_city", args: fitting }]);
    expect(streamed?.functionCalls).toMatchObject([{ name: "get_city", args: fitting }]);
  }
});

test("answers in words once the tool has answered", async () => {
  const functionResponse = { name: "get_city", response: { output: "18 °C" } };
  const response = await open().generateContent({
    model: asked.model,
    contents: [
      { role: "user", parts: [{ text: "Call get_city." }] },
      { role: "model", parts: [{ functionCall: { name: "get_city", args: {} } }] },
      { role: "user", parts: [{ functionResponse }] },
    ],
    config: { tools },
  });
  expect(response.text).toContain("18 °C");
});

test("writes JSON when it must fit a schema of either kind, or be JSON of any shape", async () => {
  const write = async (config: object) => {
    const { text } = await open().generateContent({
      ...asked,
      config: { responseMimeType: "application/json", ...config },
    });
    return JSON.parse(text ?? "");
  };
  const properties = { city: { type: Type.STRING }, population: { type: Type.INTEGER, minimum: 1 } };
  const responseSchema = { type: Type.OBJECT, properties, required: ["city", "population"] };
  expect(await write({ responseJsonSchema: citySchema })).toEqual(fitting);
  expect(await write({ responseSchema })).toEqual(fitting);
  expect(await write({})).toEqual({ answer: sentence });
});

test("embeds one text or several, in the dimensions asked for", async () => {
  const { embeddings } = await open().embedContent({
    model: "gemini-embedding-001",
    contents: ["one", "two", "one"],
    config: { outputDimensionality: 32 },
  });
  expect(embeddings?.map(({ values }) => values?.length)).toEqual([32, 32, 32]);
  expect(embeddings?.[0]).toEqual(embeddings?.[2]);
  const single = await fetch(`${baseUrl()}/v1beta/models/gemini-embedding-001:embedContent`, {
    method: "POST",
    body: JSON.stringify({ content: { parts: [{ text: "one" }] }, outputDimensionality: 32 }),
  });
  expect(await single.json()).toEqual({ embedding: embeddings?.[0] });
});

test("refuses what it does not know as Google would", async () => {
  await expect(open().generateContent({ ...asked, contents: [] })).rejects.toThrow();
  await expect(open().get({ model: "gemini-2.5-flash" })).rejects.toMatchObject({ status: 404 });
});
