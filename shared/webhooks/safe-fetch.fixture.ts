import { systemClock } from "../platform/system-clock.ts";
import { createSafeFetch, type SafeFetchOptions, type SafeRequest } from "./create-safe-fetch.ts";
import { OutboundFailure } from "./outbound-failure.ts";
import { type Answer, type Receiver, type ReceiverOptions, startReceiver } from "./receiver.fixture.ts";
import { selfSigned } from "./self-signed.fixture.ts";

export const host = "hooks.example.com";
export const certificate = selfSigned(host);
export const post: SafeRequest = {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: '{"a":1}',
};

const receivers = new Set<Receiver>();

/** For after each test. */
export async function closeReceivers(): Promise<void> {
  await Promise.all([...receivers].map((receiver) => receiver.close()));
  receivers.clear();
}

export const ok: Answer = (_, response) => {
  response.end("thanks");
};

/** A server, with the certificate of `host` where it is not told otherwise. */
export async function start(answer: Answer = ok, options: ReceiverOptions = { certificate }) {
  const receiver = await startReceiver(answer, options);
  receivers.add(receiver);
  return receiver;
}

/** A name that leads to this machine, where only that one server may be called. */
export async function open(answer: Answer = ok, options: Partial<SafeFetchOptions> = {}) {
  const receiver = await start(answer);
  const safe = createSafeFetch({
    resolve: async () => ["127.0.0.1"],
    allowAddress: (address, port) => address === "127.0.0.1" && port === receiver.port,
    clock: systemClock,
    ca: certificate.cert,
    ...options,
  });
  const url = `https://${host}:${receiver.port}/in?a=1`;
  return { receiver, safe, url, call: (request = post) => safe.fetch(url, request) };
}

/** Why a call failed, or that it did not. */
export const reasonOf = (call: Promise<unknown>) =>
  call.then(
    () => "answered",
    (error: unknown) => (error instanceof OutboundFailure ? error.reason : error),
  );
