import type firestore from "@google-cloud/firestore";
import type { Opened } from "./firestore-listen.ts";
import type { FirestoreDocumentsOptions } from "./firestore-options.ts";
import { toEndpointOptions } from "./to-endpoint-options.ts";

/** The client made from Firestore's interface: each call with its own deadline, and retried by nobody but the caller. */
export type RpcClient = InstanceType<typeof firestore.v1.FirestoreClient>;

/**
 * Loads the package and makes the client, which connects at its first call. Rejects where there are no credentials: a call that
 * finds that out itself ends the process by a rejection that nobody handles.
 */
export async function openRpcClient(options: FirestoreDocumentsOptions): Promise<RpcClient> {
  const { default: packaged } = await import("@google-cloud/firestore");
  const transport = await toTransport(options);
  const client = new packaged.v1.FirestoreClient({ projectId: options.project, ...transport });
  await client.initialize();
  return client;
}

/** The client that listens. It has connections of its own, which only those who do listen pay for. */
export async function openListeningClient(options: FirestoreDocumentsOptions): Promise<Opened> {
  const { project: projectId, database: databaseId, endpoint: host } = options;
  const { Firestore, ...classes } = await import("@google-cloud/firestore");
  const settings = { projectId, databaseId, preferRest: false, ...(host && { host, ssl: false }) };
  return { client: new Firestore(settings), classes };
}

async function toTransport({ endpoint, transport }: FirestoreDocumentsOptions) {
  if (transport !== "rest") return toEndpointOptions(endpoint);
  if (endpoint === undefined) return { fallback: true };
  const { PassThroughClient } = await import("google-auth-library");
  const { hostname: servicePath, port } = new URL(`http://${endpoint}`);
  const authClient = new PassThroughClient();
  return { fallback: true, servicePath, port: Number(port), protocol: "http", authClient };
}
