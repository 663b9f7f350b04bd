import type { Send } from "../webhooks/send.ts";

/** Makes attempts of every kind: an e-mail goes to its server, all else is posted. */
export function createChannelSender({ post, mail }: { post: Send; mail: Send }): Send {
  return (outgoing) => (outgoing.mail ? mail(outgoing) : post(outgoing));
}
