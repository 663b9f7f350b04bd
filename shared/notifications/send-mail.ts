import { isIP } from "node:net";
import { OutboundFailure } from "../webhooks/outbound-failure.ts";
import type { MailServer, SendOutcome } from "../webhooks/send.ts";
import type { Mail } from "./mail.ts";

export type MailCall = {
  server: MailServer;
  /** Of the server: the only one that is connected to. */
  address: string;
  /** On this machine: there without TLS. */
  isLocal: boolean;
  mail: Mail;
  signal: AbortSignal;
  ca?: string;
};

const connectMs = 5_000;
const answerMs = 10_000;
const keptCharacters = 4_096;
/** TLS from the start; elsewhere STARTTLS must follow. */
const securePort = 465;

/**
 * Gives one mail to one server, over a connection of its own. Resolves to its reply, whatever that is. Rejects with
 * `OutboundFailure` where there was none.
 */
export async function sendMail(call: MailCall): Promise<SendOutcome> {
  const { createTransport } = await import("nodemailer");
  const transport = createTransport(toOptions(call));
  const stop = () => transport.close();
  call.signal.addEventListener("abort", stop, { once: true });
  try {
    const { listId, references, ...mail } = call.mail;
    const sent = await transport.sendMail({
      ...mail,
      ...(references && { references, inReplyTo: references }),
      headers: { "List-Id": listId, "Auto-Submitted": "auto-generated" },
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    return toReply(250, sent.response);
  } catch (error) {
    return toOutcome(error);
  } finally {
    call.signal.removeEventListener("abort", stop);
    transport.close();
  }
}

function toOptions({ server: { host, port, user, password }, address, isLocal, ca }: MailCall) {
  return {
    host: address,
    port,
    secure: port === securePort,
    requireTLS: !isLocal && port !== securePort,
    ignoreTLS: isLocal,
    tls: { ...(isIP(host) === 0 && { servername: host }), minVersion: "TLSv1.2" as const, ...(ca && { ca }) },
    ...(user !== undefined && { auth: { user, pass: password ?? "" } }),
    connectionTimeout: connectMs,
    greetingTimeout: answerMs,
    socketTimeout: answerMs,
    logger: false,
    debug: false,
  };
}

function toReply(status: number, text: string): SendOutcome {
  return { status, text: text.slice(0, keptCharacters), isCut: text.length > keptCharacters, durationMs: 0 };
}

type MailError = { code?: unknown; responseCode?: unknown; response?: unknown };

/** The error's own words are left out where they are not the server's: they may hold an address or what was sent. */
function toOutcome(error: unknown): SendOutcome {
  const { code, responseCode, response }: MailError = typeof error === "object" && error ? error : {};
  // No STARTTLS, no mail: not the server's refusal of it.
  const isRefused = code !== "ETLS" && typeof responseCode === "number" && responseCode >= 400;
  if (isRefused) return toReply(responseCode, typeof response === "string" ? response : "");
  throw toFailure(String(code ?? ""), error);
}

function toFailure(code: string, cause: unknown): OutboundFailure {
  const detail = /^[A-Z_]{3,40}$/.test(code) ? ` (${code})` : "";
  if (code === "ETIMEDOUT")
    return new OutboundFailure("timeout", "The mail server did not answer in time.", { cause });
  if (/TLS|CERT|SSL|SELF_SIGNED/.test(code) || isAboutTls(cause))
    return new OutboundFailure(
      "insecure",
      `The mail server offers no TLS that is good for its name${detail}.`,
      {
        cause,
      },
    );
  return new OutboundFailure(
    "unreachable",
    `The mail server could not be reached, or ended the connection${detail}.`,
    {
      cause,
    },
  );
}

/** A certificate that is not good comes as an error of the socket. */
function isAboutTls(cause: unknown): boolean {
  return cause instanceof Error && /certificate|self-signed|TLS|SSL/i.test(cause.message);
}
