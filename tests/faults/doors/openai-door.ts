import OpenAI from "openai";
import { apiKey, type World } from "../world.ts";
import { type Door, type Got, messages } from "./door.ts";

/** OpenAI's SDK, which by itself would repeat what failed and so hide what Conea did. */
function createClient({ url }: World): OpenAI {
  return new OpenAI({ apiKey, baseURL: `${url}/openai/v1`, maxRetries: 0, timeout: 110_000 });
}

export const wholeDoor: Door = {
  name: "whole",
  ask: (world, model = world.primary) =>
    gather(async (got) => {
      const asked = createClient(world).chat.completions.create({ model, messages });
      const { data, response } = await asked.withResponse();
      const [choice] = data.choices;
      got.taskId = response.headers.get("x-conea-task-id") ?? "";
      got.text = choice?.message.content ?? "";
      got.model = data.model;
      if (choice) got.finishReason = choice.finish_reason;
      if (data.usage) got.usage = toUsage(data.usage);
    }),
};

export const streamDoor: Door = {
  name: "stream",
  ask: (world, model = world.primary) => streamWith(world, { model, messages }),
};

type Params = Omit<OpenAI.Chat.ChatCompletionCreateParamsStreaming, "stream">;

/** Asks for a stream by any parameters. */
export function streamWith(world: World, params: Params): Promise<Got> {
  return gather(async (got) => {
    const options = { stream: true as const, stream_options: { include_usage: true } };
    const asked = createClient(world).chat.completions.create({ ...params, ...options });
    const { data, response } = await asked.withResponse();
    got.taskId = response.headers.get("x-conea-task-id") ?? "";
    for await (const { choices, usage, model } of data) {
      const [choice] = choices;
      got.model = model;
      if (got.finishReason && choice) throw new Error("a choice came after its finish reason");
      got.text += choice?.delta.content ?? "";
      if (choice?.finish_reason) got.finishReason = choice.finish_reason;
      if (usage) got.usage = toUsage(usage);
    }
  });
}

async function gather(read: (got: Got) => Promise<void>): Promise<Got> {
  const startedAt = performance.now();
  const got: Got = { text: "", taskId: "", tookMs: 0 };
  try {
    await read(got);
  } catch (thrown) {
    if (!(thrown instanceof OpenAI.APIError)) throw thrown;
    got.taskId ||= thrown.headers?.get("x-conea-task-id") ?? "";
    const { status, message } = thrown;
    got.error = { code: toCode(thrown.code), message, ...(status && { status }) };
  }
  return { ...got, tookMs: performance.now() - startedAt };
}

const codes: Record<string, string> = {
  content_policy_violation: "provider_content_refused",
  context_length_exceeded: "provider_context_too_long",
};

function toCode(code: string | null | undefined): string {
  return codes[code ?? ""] ?? code ?? "";
}

function toUsage({ prompt_tokens, completion_tokens }: OpenAI.CompletionUsage) {
  return { input: prompt_tokens, output: completion_tokens };
}
