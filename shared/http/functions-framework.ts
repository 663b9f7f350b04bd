import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type {
  Request as FrameworkRequest,
  Response as FrameworkResponse,
} from "@google-cloud/functions-framework";
import type { Handler } from "./create-app.ts";

/** Serves a web-standard handler through the Functions Framework, which has read the body already: `rawBody` holds it. */
export function toFunctionsFramework(
  handler: Handler,
): (request: FrameworkRequest, response: FrameworkResponse) => Promise<void> {
  return async (request, response) => {
    const left = new AbortController();
    response.once("close", () => left.abort());
    await send(await handler(toRequest(request, left.signal)), response);
  };
}

function toRequest(request: FrameworkRequest, signal: AbortSignal): Request {
  const url = new URL(request.originalUrl, "http://function");
  const hasBody = request.method !== "GET" && request.method !== "HEAD" && request.rawBody !== undefined;
  return new Request(url, {
    method: request.method,
    headers: toHeaders(request.rawHeaders),
    signal,
    ...(hasBody && { body: new Uint8Array(request.rawBody ?? []) }),
  });
}

function toHeaders(raw: string[]): Headers {
  const headers = new Headers();
  for (let index = 0; index + 1 < raw.length; index += 2)
    headers.append(raw[index] ?? "", raw[index + 1] ?? "");
  return headers;
}

async function send(answer: Response, response: FrameworkResponse): Promise<void> {
  response.status(answer.status);
  for (const [name, value] of answer.headers) response.append(name, value);
  if (!answer.body) {
    response.end();
    return;
  }
  try {
    await pipeline(Readable.fromWeb(answer.body), response);
  } catch (error) {
    // A reader that left has ended the stream already; anything else is the caller's to hear of.
    if (!response.destroyed) throw error;
  }
}
