import type { BlobInfo } from "../blobs.ts";
import { toDisposition } from "../to-disposition.ts";
import type { BlobStore } from "./blob-store.ts";
import type { SignedLinks } from "./signed-links.ts";

/** Answers GET and HEAD for signed links with the blob, everything else with a problem. */
export function createServeBlob(
  store: BlobStore,
  links: SignedLinks,
): (request: Request) => Promise<Response> {
  return async (request) => {
    if (request.method !== "GET" && request.method !== "HEAD") return problems.method();
    const link = links.verify(new URL(request.url));
    if (!link) return problems.forbidden();
    const found = await store.open(link.key);
    if (!found) return problems.missing();
    const headers = toHeaders(found.info, link.secondsLeft);
    if (request.method === "GET") return new Response(found.content, { headers });
    await found.content.cancel();
    return new Response(null, { headers });
  };
}

function toHeaders({ key, contentType, bytes }: BlobInfo, secondsLeft: number): Record<string, string> {
  return {
    "Content-Type": contentType,
    "Content-Length": String(bytes),
    "Content-Disposition": toDisposition(key, contentType),
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": `private, max-age=${secondsLeft}`,
    "X-Content-Type-Options": "nosniff",
  };
}

const problems = {
  method: () =>
    toProblem(405, "method_not_allowed", "Only GET and HEAD are possible here.", { Allow: "GET, HEAD" }),
  forbidden: () => toProblem(403, "forbidden", "The link is not valid, or no longer."),
  missing: () => toProblem(404, "not_found", "There is nothing at this link."),
};

function toProblem(status: number, code: string, detail: string, headers: Record<string, string> = {}) {
  const body = JSON.stringify({ type: "about:blank", title: code, status, code, detail });
  return new Response(body, { status, headers: { "Content-Type": "application/problem+json", ...headers } });
}
