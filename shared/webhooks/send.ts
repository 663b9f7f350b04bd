import type { OutboundReason } from "./outbound-failure.ts";

/** A signed delivery, ready to go out. */
export type Outgoing = {
  url: string;
  headers: Record<string, string>;
  body: string;
  /** Of an e-mail: to which server it goes instead, and as whom. `body` is the mail as JSON. */
  mail?: MailServer;
};

export type MailServer = { host: string; port: number; user?: string; password?: string };

/** What came back: an answer, whatever its status, or why there was none. */
export type SendOutcome = { durationMs: number } & (
  | { status: number; text: string; isCut: boolean; retryAfter?: string }
  | { failure: OutboundReason; message: string }
);

/**
 * Makes one attempt. Resolves whatever the receiver does; rejects only where no attempt was made, because what makes them could
 * not be reached.
 */
export type Send = (outgoing: Outgoing) => Promise<SendOutcome>;

/** How long an attempt may take, from its name's look-up to the end of its answer. */
export const attemptMs = 15_000;
