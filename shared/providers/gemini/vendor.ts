import type { Client } from "./open-client.ts";

/** Whom a call goes to, and the way there: a fetch of its own, which remembers what it has seen. */
export type Vendor = { client: Client; fetch: typeof globalThis.fetch };
