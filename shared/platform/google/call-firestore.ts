import type { Readable } from "node:stream";
import type { CallOptions } from "google-gax";
import type { CallTimeouts } from "./call-options.ts";
import type { RpcClient } from "./firestore-client.ts";
import type { WriteMessage } from "./firestore-messages.ts";
import type { FirestoreDocumentsOptions } from "./firestore-options.ts";
import { transient } from "./status.ts";
import { toReadError } from "./to-documents-error.ts";
import { tryAgain } from "./try-again.ts";

/** A claim waits for its commit as long as for its reads; who gives up early only makes outcomes unknown. */
const defaultTimeouts: CallTimeouts = { callMs: 10_000, totalMs: 25_000 };
const readTries = 4;
const contendedTries = 4;

/** Calls of Firestore's interface, each with a deadline, none retried but as it says here. */
export type FirestoreCalls = {
  commit(writes: WriteMessage[]): ReturnType<typeof sendCommit>;
  /** All messages that a streaming read answers, from its first to its last try. */
  read<Answer>(start: (rpc: RpcClient, callOptions: CallOptions) => Readable): Promise<Answer[]>;
};

/**
 * A read is tried again after whatever may pass. A commit is sent once: a second try of one that took effect would be refused
 * by its own precondition. Only ABORTED (contention), with which Firestore says that nothing was written, is tried again.
 */
export function createFirestoreCalls(
  open: () => Promise<RpcClient>,
  database: string,
  { endpoint, timeouts = defaultTimeouts }: FirestoreDocumentsOptions,
): FirestoreCalls {
  const callOptions = toCallOptions(timeouts.callMs, database, endpoint !== undefined);
  const { totalMs } = timeouts;

  return {
    async commit(writes) {
      const rpc = await open();
      const send = () => sendCommit(rpc, database, writes, callOptions);
      return tryAgain(send, ["ABORTED"], { tries: contendedTries, totalMs });
    },
    async read<Answer>(start: (rpc: RpcClient, callOptions: CallOptions) => Readable) {
      const rpc = await open();
      const answer = () => collect<Answer>(start(rpc, callOptions));
      try {
        return await tryAgain(answer, [...transient, undefined], { tries: readTries, totalMs });
      } catch (error) {
        throw toReadError(error);
      }
    },
  };
}

/** `retry: null` takes the client's own retries away, which it has for commits and reads alike. */
function toCallOptions(timeout: number, database: string, isEmulated: boolean): CallOptions {
  const headers = {
    "google-cloud-resource-prefix": database,
    ...(isEmulated && { authorization: "Bearer owner" }),
  };
  return {
    timeout,
    retry: null,
    retryRequestOptions: { retries: 0, noResponseRetries: 0 },
    otherArgs: { headers },
  };
}

async function sendCommit(
  rpc: RpcClient,
  database: string,
  writes: WriteMessage[],
  callOptions: CallOptions,
) {
  const [answer] = await rpc.commit({ database, writes }, callOptions);
  return answer;
}

async function collect<Answer>(stream: Readable): Promise<Answer[]> {
  const answers: Answer[] = [];
  for await (const answer of stream) answers.push(answer);
  return answers;
}
