import type { EndpointDocument } from "../webhooks/endpoint-document.ts";
import { type OpenEndpoint, openEndpoint } from "../webhooks/open-endpoint.ts";
import type { SecretSeal } from "../webhooks/seal-secrets.ts";
import type { Outgoing, SendOutcome } from "../webhooks/send.ts";
import { addressOf, type ChannelConfig, postUrlOf, secretsOf } from "./channel-config.ts";
import type { ChannelDocument } from "./channel-document.ts";
import { judgeAnswer } from "./judge-answer.ts";
import type { Message } from "./notice.ts";
import { renderEmail } from "./render-email.ts";
import { renderGoogleChat } from "./render-google-chat.ts";
import { renderPagerDuty } from "./render-pagerduty.ts";
import { renderSlack } from "./render-slack.ts";

/** Opens whatever has a line: an endpoint, or a channel, whose messages are put into its form only when they go out. */
export async function openEndpointOrChannel(
  seal: SecretSeal,
  endpoint: EndpointDocument | ChannelDocument,
): Promise<OpenEndpoint> {
  if (!("kind" in endpoint)) return openEndpoint(seal, endpoint);
  const channel = await openChannel(seal, endpoint);
  const signing = channel.kind === "webhook" ? await openEndpoint(seal, endpoint) : undefined;
  return {
    endpoint,
    toOutgoing({ messageId, body }, now) {
      const message = JSON.parse(body) as Message;
      if (signing) return signing.toOutgoing({ messageId, body: toWebhookBody(message) }, now);
      return toOutgoing(channel, message);
    },
    judge(outcome) {
      const verdict = judgeAnswer(channel.kind, outcome);
      return { verdict, outcome: withoutSecrets(outcome, secretsOf(channel)) };
    },
  };
}

export async function openChannel(
  seal: SecretSeal,
  { id, tenant, kind, sealedConfig }: Pick<ChannelDocument, "id" | "tenant" | "kind" | "sealedConfig">,
): Promise<ChannelConfig> {
  const config = JSON.parse(await seal.open({ tenant, endpointId: id }, sealedConfig)) as object;
  return { kind, config } as ChannelConfig;
}

/** A message as it goes out over a channel that signs nothing. */
export function toOutgoing(channel: ChannelConfig, message: Message): Outgoing {
  if (channel.kind === "email") {
    const { host, port, user, password } = channel.config;
    const mail = { host, port, ...(user && { user }), ...(password && { password }) };
    return {
      url: addressOf(channel),
      headers: {},
      body: JSON.stringify(renderEmail(message, channel.config)),
      mail,
    };
  }
  const headers = {
    "content-type": "application/json; charset=utf-8",
    "user-agent": "Conea-Notifications/1",
  };
  const [body, own] = toPost(channel, message);
  return { url: postUrlOf(channel), headers: { ...headers, ...own }, body: JSON.stringify(body) };
}

function toPost(
  { kind, config }: Exclude<ChannelConfig, { kind: "email" }>,
  message: Message,
): [body: object, headers: Record<string, string>] {
  if (kind === "pagerduty") return [renderPagerDuty(message, config.routingKey), {}];
  if (kind === "google_chat") return [renderGoogleChat(message), {}];
  if (kind === "webhook") return [message, {}];
  if ("webhookUrl" in config) return [renderSlack(message), {}];
  const { channel, token } = config;
  return [{ channel, ...renderSlack(message) }, { authorization: `Bearer ${token}` }];
}

/** Standard Webhooks' form. */
function toWebhookBody({ id, ...message }: Message): string {
  const [first] = message.notices;
  return JSON.stringify({ type: "notification", timestamp: first?.at, data: { id, ...message } });
}

/** What a receiver says is kept and shown, and some repeat what they were sent. */
function withoutSecrets(outcome: SendOutcome, secrets: string[]): SendOutcome {
  if (!("status" in outcome)) return outcome;
  const forms = secrets.flatMap((secret) => [secret, Buffer.from(secret).toString("base64")]);
  const text = forms.reduce((left, form) => left.replaceAll(form, "•••"), outcome.text);
  return { ...outcome, text };
}
