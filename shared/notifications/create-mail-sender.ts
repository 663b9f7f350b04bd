import type { Clock } from "../core/clock.ts";
import { ConeaError } from "../core/conea-error.ts";
import { isLoopback } from "../core/denied-address.ts";
import { type FindTargetDeps, findTarget } from "../webhooks/find-target.ts";
import { OutboundFailure } from "../webhooks/outbound-failure.ts";
import type { OutboundUrl } from "../webhooks/outbound-url.ts";
import { attemptMs, type MailServer, type Outgoing, type Send, type SendOutcome } from "../webhooks/send.ts";
import { Mail } from "./mail.ts";
import { sendMail } from "./send-mail.ts";

export type MailSender = {
  /** Makes one attempt. The reply of the server counts as the status: 250 is success, 4yz passes, 5yz does not. */
  send: Send;
  /** Whether mail could be given to a server now, before it is kept. Throws `invalid_request`, which says what to change. */
  check(server: Pick<MailServer, "host" | "port">): Promise<void>;
};

export type MailSenderOptions = FindTargetDeps & {
  clock: Clock;
  /** Servers on this machine, on any port and without TLS: for local mode. */
  allowLoopback?: boolean;
  /** A certificate authority to trust beside none, and ports to take beside the usual: a test's own. */
  ca?: string;
  isPort?: (port: number) => boolean;
};

const ports = new Set([465, 587, 2525]);

/** Gives mail to servers that somebody else chose: all their addresses are checked, and the connection goes to one that was. */
export function createMailSender(options: MailSenderOptions): MailSender {
  const { clock, ca } = options;

  async function attempt(server: MailServer, body: string, signal: AbortSignal): Promise<SendOutcome> {
    const target = toTarget(server, options);
    const [address = ""] = await findTarget(options, target, signal);
    const mail = Mail.parse(JSON.parse(body));
    const { isLocal } = target;
    return sendMail({ server, address, isLocal, mail, signal, ...(ca && { ca }) });
  }

  return {
    async send({ mail, body }: Outgoing) {
      if (!mail) throw new Error("an e-mail names no server");
      const startedAt = clock.elapsed();
      try {
        const outcome = await withinTime(clock, (signal) => attempt(mail, body, signal));
        return { ...outcome, durationMs: Math.round(clock.elapsed() - startedAt) };
      } catch (error) {
        if (!(error instanceof OutboundFailure)) throw error;
        const durationMs = Math.round(clock.elapsed() - startedAt);
        return { failure: error.reason, message: error.message, durationMs };
      }
    },
    async check(server) {
      try {
        const target = toTarget(server, options);
        await withinTime(clock, (signal) => findTarget(options, target, signal));
      } catch (error) {
        throw error instanceof OutboundFailure ? refuse(error.message) : error;
      }
    },
  };
}

function toTarget(
  { host, port }: Pick<MailServer, "host" | "port">,
  { allowLoopback = false, isPort = () => false }: MailSenderOptions,
): OutboundUrl {
  const bare = host.replace(/^\[(.*)\]$/, "$1").toLowerCase();
  const isLocal = allowLoopback && (bare === "localhost" || isLoopback(bare));
  const url = URL.parse(`smtp://${bare.includes(":") ? `[${bare}]` : bare}:${port}`);
  if (!url || !/^[\w.:-]+$/.test(bare))
    throw new OutboundFailure("denied", "The mail server has no valid name.");
  if (!isLocal && !ports.has(port) && !isPort(port))
    throw new OutboundFailure("denied", "A mail server must be on port 465, 587 or 2525.");
  return { url, host: bare, isLocal };
}

function refuse(message: string): ConeaError {
  const about = message
    .replaceAll("The URL", "The mail server")
    .replaceAll("the URL's host", "the mail server");
  return new ConeaError("invalid_request", about, { fields: [{ field: "config.host", message: about }] });
}

/** Rejects when the time is up, also where what runs does not end. */
async function withinTime<T>(clock: Clock, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const ending = new AbortController();
  const late = Promise.withResolvers<never>();
  const cancel = clock.after(attemptMs, () => {
    const failure = new OutboundFailure(
      "timeout",
      `There was no whole answer within ${attemptMs / 1_000} s.`,
    );
    late.reject(failure);
    ending.abort(failure);
  });
  try {
    return await Promise.race([late.promise, run(ending.signal)]);
  } finally {
    cancel();
  }
}
