import { type JsonSchema, toInstance } from "./to-instance.ts";

/** A conversation as a vendor was asked to go on with it, in Conea's words. */
export type Conversation = {
  model: string;
  /** What was said last, and by whom: `tool` when it is a tool's result. */
  last: { role: "user" | "assistant" | "tool"; text: string };
  /** All text of the request, to count its tokens. */
  allText: string;
  tools: { name: string; schema: JsonSchema }[];
  toolChoice: "auto" | "none" | "required" | { name: string };
  /** What the answer must fit; `{}` for JSON of any shape. */
  schema: JsonSchema | undefined;
};

export type Rehearsed = {
  /** The text, in the pieces it is streamed in. Empty when a tool is called. */
  pieces: string[];
  call: { name: string; arguments: unknown } | undefined;
  inputTokens: number;
  outputTokens: number;
};

/**
 * Goes on with a conversation: with a call of a tool when one must be called, or the user says "call" and its name; with
 * JSON when it must fit a schema; and otherwise with a sentence that names the model and repeats what was said.
 */
export function rehearseChat(conversation: Conversation): Rehearsed {
  const tool = findTool(conversation);
  const call = tool && { name: tool.name, arguments: toInstance(tool.schema) };
  const text = call ? "" : toText(conversation);
  const written = call ? JSON.stringify(call.arguments) : text;
  return {
    pieces: text.match(/.{1,12}/gsu) ?? [],
    call,
    inputTokens: countTokens(conversation.allText),
    outputTokens: countTokens(written),
  };
}

/** A tool that was just called is not called again, or the conversation would never end. */
function findTool({ tools, toolChoice, last }: Conversation) {
  if (toolChoice === "none" || last.role === "tool") return undefined;
  if (typeof toolChoice === "object") return tools.find(({ name }) => name === toolChoice.name);
  const named = tools.find(({ name }) => last.text.toLowerCase().includes(`call ${name.toLowerCase()}`));
  return named ?? (toolChoice === "required" ? tools[0] : undefined);
}

function toText({ model, last, schema }: Conversation): string {
  const heard = last.role === "tool" ? "The tool answered" : "You said";
  const sentence = `This is a rehearsal of ${model}. ${heard}: "${shorten(last.text)}"`;
  if (!schema) return sentence;
  return JSON.stringify(Object.keys(schema).length > 0 ? toInstance(schema) : { answer: sentence });
}

function shorten(text: string): string {
  const characters = [...text];
  return characters.length > 200 ? `${characters.slice(0, 200).join("")}…` : text;
}

/** About as many as a vendor would count: four characters each. */
export function countTokens(text: string): number {
  return Math.ceil(text.length / 4);
}
