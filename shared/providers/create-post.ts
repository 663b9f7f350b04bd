import type { ProviderOptions } from "./provider.ts";

/** Sends JSON to a path of the vendor and resolves to the head of its answer. Throws the SDK's error where that is one. */
export type Post = (path: string, body: object, signal: AbortSignal) => Promise<Response>;

/** What OpenAI's SDK and Anthropic's have in common. */
type RequestBuilder = {
  buildRequest(options: {
    method: "post";
    path: string;
    body: object;
    headers?: Record<string, string>;
  }): Promise<{ req: { headers: Headers }; url: string }>;
};

type Options = Pick<ProviderOptions, "fetch"> & {
  client: RequestBuilder;
  /** Makes the SDK's error of an answer; `body` is undefined where that is no JSON. */
  toError(status: number, body: unknown, headers: Headers): Error;
  /** Sent with each request. */
  headers?: Record<string, string>;
  /** Names of the headers that may be sent. */
  names: RegExp;
};

type Head = { url: string; headers: Record<string, string> };

/**
 * The SDK says, once for each path, where it is and with which headers it is called, and makes the errors. What it does for each
 * call beside that takes longer than the sending: five objects of headers, three signals, two timers, lines for a log that is off.
 */
export function createPost({ client, toError, headers: own = {}, names, fetch }: Options): Post {
  const heads = new Map<string, Promise<Head>>();

  async function buildHead(path: string): Promise<Head> {
    const { req, url } = await client.buildRequest({ method: "post", path, body: {}, headers: own });
    const kept = [...req.headers].filter(([name]) => names.test(name));
    // Frozen, so that they are written once for all calls.
    return { url, headers: Object.freeze(Object.fromEntries(kept)) };
  }

  function headOf(path: string): Promise<Head> {
    const head = heads.get(path) ?? buildHead(path);
    heads.set(path, head);
    return head;
  }

  return async (path, body, signal) => {
    const { url, headers } = await headOf(path);
    const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body), signal });
    if (response.ok) return response;
    const told: unknown = await response.json().catch(() => undefined);
    throw toError(response.status, told, response.headers);
  };
}
