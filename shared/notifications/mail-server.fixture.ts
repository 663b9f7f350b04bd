import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import type { Certificate } from "../webhooks/self-signed.fixture.ts";

export type ReceivedMail = { from: string; to: string[]; text: string; isSecure: boolean; user: string };

export type MailServerOptions = {
  /** Without it the server offers no TLS. */
  certificate?: Certificate;
  /** TLS from the start instead of STARTTLS. */
  secure?: boolean;
  /** Who may log in; everybody may send where absent. */
  login?: { user: string; password: string };
  /** A reply instead of success, to what is said next. */
  refusal?: { at: "rcpt" | "data"; code: number; message: string };
  /** Accepts connections and says nothing. */
  silent?: true;
};

const servers = new Set<SMTPServer>();

/** A mail server on 127.0.0.1 that keeps what it gets. */
export async function startMailServer({
  certificate,
  secure,
  login,
  refusal,
  silent,
}: MailServerOptions = {}) {
  const received: ReceivedMail[] = [];
  let connections = 0;
  const refuse = (at: string) => {
    if (refusal?.at !== at) return undefined;
    return Object.assign(new Error(refusal.message), { responseCode: refusal.code });
  };
  const server = new SMTPServer({
    ...{ authOptional: !login, secure: secure ?? false, logger: false, closeTimeout: 50, ...certificate },
    disabledCommands: [...(certificate ? [] : ["STARTTLS"]), ...(login ? [] : ["AUTH"])],
    onConnect(_, callback) {
      connections += 1;
      if (!silent) callback();
    },
    onAuth({ username, password }, _, callback) {
      if (username === login?.user && password === login?.password) return callback(null, { user: username });
      // As some do: the answer repeats what was sent.
      callback(Object.assign(new Error(`no such login: ${password}`), { responseCode: 535 }));
    },
    onRcptTo: (_, __, callback) => callback(refuse("rcpt")),
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const { mailFrom, rcptTo } = session.envelope;
        received.push({
          from: mailFrom ? mailFrom.address : "",
          to: rcptTo.map(({ address }) => address),
          text: Buffer.concat(chunks).toString(),
          isSecure: session.secure,
          user: String(session.user ?? ""),
        });
        callback(refuse("data") ?? null);
      });
    },
  });
  server.on("error", () => undefined);
  servers.add(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const { port } = server.server.address() as AddressInfo;
  return { port, received, connections: () => connections };
}

/** For after each test. */
export async function closeMailServers(): Promise<void> {
  await Promise.all(
    [...servers].map((server) => new Promise<void>((resolve) => server.close(() => resolve()))),
  );
  servers.clear();
}
