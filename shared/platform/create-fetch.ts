import type { Agent } from "undici";
import { type LeanRequest, sendLean } from "./send-lean.ts";

type Fetch = typeof globalThis.fetch;

/** What a request may say for it to be sent the short way. */
const known = new Set(["method", "headers", "body", "signal"]);

/**
 * `fetch`, which sends what SDKs send (a method, headers, a body in memory) through undici without the streams, copies and
 * checks of the standard's own way: a third of what that costs. Anything else, and a server that sends elsewhere, goes the
 * standard's way. Connections are kept and used again.
 */
export function createFetch(): Fetch {
  let agent: Promise<Agent> | undefined;
  return async (input, init = {}) => {
    const request = toLeanRequest(input, init);
    if (!request) return globalThis.fetch(input, init);
    agent ??= openAgent();
    const response = await sendLean(await agent, request, init.signal ?? undefined);
    return response ?? globalThis.fetch(input, init);
  };
}

/** Loaded when it is asked for: a cold start does not pay for it. */
async function openAgent(): Promise<Agent> {
  const { Agent } = await import("undici");
  return new Agent({ allowH2: false });
}

function toLeanRequest(input: Parameters<Fetch>[0], init: RequestInit): LeanRequest | undefined {
  const { method = "GET", headers, body } = init;
  if (typeof input === "object" && !(input instanceof URL)) return undefined;
  for (const name in init) if (!known.has(name)) return undefined;
  const isInMemory =
    body === undefined || body === null || typeof body === "string" || body instanceof Uint8Array;
  if (!isInMemory) return undefined;
  const url = new URL(input);
  if (!/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "") return undefined;
  return {
    url,
    method: method.toUpperCase(),
    headers: toPairs(headers, typeof body === "string"),
    body: body ?? null,
  };
}

/** Headers that nobody can change any more, as they were written for the first text. */
const written = new WeakMap<object, string[]>();

function toPairs(headers: RequestInit["headers"], isText: boolean): string[] {
  if (!headers || !isText || !Object.isFrozen(headers)) return writePairs(headers, isText);
  const pairs = written.get(headers) ?? writePairs(headers, isText);
  written.set(headers, pairs);
  return pairs;
}

/** Names and values in turn, with those that the standard's `fetch` adds. */
function writePairs(headers: RequestInit["headers"], isText: boolean): string[] {
  const pairs: string[] = [];
  const names = new Set<string>();
  // Pairs and plain objects are taken as they are: undici refuses what may not be sent.
  for (const [name, value] of isIterable(headers) ? headers : Object.entries(headers ?? {})) {
    pairs.push(name, String(value));
    names.add(name.toLowerCase());
  }
  if (!names.has("accept")) pairs.push("accept", "*/*");
  if (!names.has("accept-encoding")) pairs.push("accept-encoding", "gzip, deflate, br");
  if (isText && !names.has("content-type")) pairs.push("content-type", "text/plain;charset=UTF-8");
  return pairs;
}

function isIterable(headers: object | undefined): headers is Iterable<string[]> {
  return headers !== undefined && Symbol.iterator in headers;
}
