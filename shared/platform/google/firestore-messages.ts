import type { RpcClient } from "./firestore-client.ts";

/** Firestore's own messages, as the client's types name them. */
type CommitRequest = NonNullable<Parameters<RpcClient["commit"]>[0]>;
type RunQueryRequest = NonNullable<Parameters<RpcClient["runQuery"]>[0]>;
export type WriteMessage = NonNullable<CommitRequest["writes"]>[number];
export type StructuredQuery = NonNullable<RunQueryRequest["structuredQuery"]>;
export type FilterMessage = NonNullable<StructuredQuery["where"]>;
export type DocumentMessage = NonNullable<WriteMessage["update"]>;
export type ValueMessage = NonNullable<DocumentMessage["fields"]>[string];
export type TimestampMessage = NonNullable<DocumentMessage["updateTime"]>;
