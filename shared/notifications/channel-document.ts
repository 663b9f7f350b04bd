import type { ChannelKind, NotificationChannel } from "../api/notifications.ts";
import type { DocumentPath } from "../platform/documents.ts";
import { type EndpointDocument, endpointPath } from "../webhooks/endpoint-document.ts";

/**
 * `notificationChannels/{id}`: to what sends deliveries an endpoint like others, with a line, a breaker and a state. Of `url`
 * only a webhook's is whole; elsewhere it is what of the address is no secret.
 */
export type ChannelDocument = EndpointDocument & {
  kind: ChannelKind;
  name: string;
  /** What of the configuration is no secret. */
  shown: NotificationChannel["config"];
  /** The configuration as JSON, sealed. */
  sealedConfig: string;
};

export const channelsCollection = "notificationChannels";
/** The most that one tenant may have. */
export const mostChannels = 100;

/** `channel_…`, by which its line knows where it stands. */
export function channelPath(channelId: string): DocumentPath {
  return endpointPath(channelId);
}
