import type { ProviderAnswer, ProviderCall } from "../provider.ts";
import { readAnswer } from "../read-answer.ts";
import { type Client, toHeaders } from "./open-client.ts";
import { readChatStream } from "./read-chat-stream.ts";
import { toChatResult } from "./to-chat-result.ts";
import { toMessages } from "./to-messages.ts";
import { toParams, type VendorParams } from "./to-params.ts";
import { toUsage } from "./to-usage.ts";
import { VendorMessage } from "./vendor-message.ts";

type ChatCall = ProviderCall<"chat">;
type Said = { message: VendorMessage; requestId: string | null | undefined };

/** One call of the Messages API, streamed when the caller wants text as it is written. */
export async function chat(client: Client, call: ChatCall): Promise<ProviderAnswer<"chat">> {
  const messages = await toMessages(call.input.messages, call.readBlob);
  const params = toParams(call.input, call.model, messages, client.adaptSchema);
  const { message, requestId } = await (call.onText
    ? streamMessage(client, call, params, call.onText)
    : askMessage(client, call, params));
  return {
    result: toChatResult(message),
    usage: toUsage(message.usage),
    ...(requestId && { requestId }),
  };
}

async function askMessage(client: Client, { signal }: ChatCall, params: VendorParams): Promise<Said> {
  const options = { signal, headers: toHeaders(params) };
  const answer = await client.messages.create({ ...params, stream: false }, options).withResponse();
  return { message: readAnswer(VendorMessage, answer.data), requestId: answer.request_id };
}

async function streamMessage(
  client: Client,
  { signal }: ChatCall,
  params: VendorParams,
  onText: (text: string) => void,
): Promise<Said> {
  const options = { signal, headers: toHeaders(params) };
  const answer = await client.messages.create({ ...params, stream: true }, options).withResponse();
  return { message: await readChatStream(answer.data, signal, onText), requestId: answer.request_id };
}
