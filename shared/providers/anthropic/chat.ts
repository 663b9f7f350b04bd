import { headersOf } from "../../platform/headers-of.ts";
import type { ProviderAnswer, ProviderCall, StreamListener } from "../provider.ts";
import { readAnswer } from "../read-answer.ts";
import { readEvents } from "../read-events.ts";
import type { Client } from "./open-client.ts";
import { readChatStream } from "./read-chat-stream.ts";
import { toChatResult } from "./to-chat-result.ts";
import { toMessages } from "./to-messages.ts";
import { toParams, type VendorParams } from "./to-params.ts";
import { toRateLimits } from "./to-rate-limits.ts";
import { toUsage } from "./to-usage.ts";
import { VendorMessage } from "./vendor-message.ts";

type ChatCall = ProviderCall<"chat">;
type Said = { message: VendorMessage; headers: Pick<Headers, "get"> };

/** One call of the Messages API, streamed when the caller wants text as it is written. */
export async function chat(client: Client, call: ChatCall): Promise<ProviderAnswer<"chat">> {
  const messages = await toMessages(call.input.messages, call.readBlob);
  const params = toParams(call.input, call.model, messages, client.adaptSchema);
  const { onText } = call;
  const { message, headers } = await (onText
    ? streamMessage(client, { ...call, onText }, params)
    : askMessage(client, call, params));
  const requestId = headers.get("request-id");
  const rateLimits = toRateLimits(headers);
  return {
    result: toChatResult(message),
    usage: toUsage(message.usage),
    ...(requestId && { requestId }),
    ...(rateLimits && { rateLimits }),
  };
}

async function askMessage({ post }: Client, { signal }: ChatCall, params: VendorParams): Promise<Said> {
  const response = await post({ ...params, stream: false }, signal);
  return { message: readAnswer(VendorMessage, await response.json()), headers: headersOf(response) };
}

async function streamMessage(client: Client, listener: StreamListener, params: VendorParams): Promise<Said> {
  const response = await client.post({ ...params, stream: true }, listener.signal);
  const pieces = readEvents(response, client.toEventValue);
  return { message: await readChatStream(pieces, listener), headers: headersOf(response) };
}
