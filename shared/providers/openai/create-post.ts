import type { APIError, OpenAI } from "openai";
import type { ProviderOptions } from "../provider.ts";

/** Sends JSON to a path of the vendor and resolves to the head of its answer. Throws the SDK's error where that is one. */
export type Post = (path: string, body: object, signal: AbortSignal) => Promise<Response>;

type Options = Pick<ProviderOptions, "fetch"> & {
  client: OpenAI;
  errors: typeof APIError;
  /** Names of the headers that may be sent. */
  names: RegExp;
};

type Head = { url: string; headers: [string, string][] };

/**
 * The SDK says, once for each path, where it is and with which headers it is called, and makes the errors. What it does for each
 * call beside that takes longer than the sending: five objects of headers, three signals, two timers, lines for a log that is off.
 */
export function createPost({ client, errors, names, fetch }: Options): Post {
  const heads = new Map<string, Promise<Head>>();

  async function buildHead(path: string): Promise<Head> {
    const { req, url } = await client.buildRequest({ method: "post", path, body: {} });
    return { url, headers: [...req.headers].filter(([name]) => names.test(name)) };
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
    const told = await readError(response);
    throw errors.generate(response.status, told, undefined, response.headers);
  };
}

/** An error's body in the shape of OpenAI's, which wraps it in `error`; others that speak the protocol may not. */
async function readError(response: Response): Promise<object | undefined> {
  const body: unknown = await response.json().catch(() => undefined);
  if (typeof body !== "object" || body === null) return undefined;
  return "error" in body && body.error != null ? body : { error: body };
}
