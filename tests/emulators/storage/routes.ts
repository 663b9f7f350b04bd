import { type Answer, type Call, toContentAnswer, toJsonAnswer } from "./answer.ts";
import type { Operation } from "./faults.ts";
import { type Objects, toResource } from "./objects.ts";
import { StorageError } from "./storage-error.ts";
import type { createUploads } from "./uploads.ts";
import { type Trusted, verifyLink } from "./verify-link.ts";

export type Route = { operation: Operation; answer: (call: Call) => Answer };

export type RouteOptions = {
  objects: Objects;
  uploads: ReturnType<typeof createUploads>;
  trusted: Trusted | undefined;
  now: () => number;
};

/** The JSON interface (also without its prefix, as STORAGE_EMULATOR_HOST makes the client call it), and links. */
export function toRoute(method: string, { pathname, searchParams }: URL, options: RouteOptions): Route {
  const { objects, uploads } = options;
  const [, uploadBucket] = /^\/upload\/storage\/v1\/b\/([^/]+)\/o$/.exec(pathname) ?? [];
  if (uploadBucket)
    return { operation: toUploadOperation(method, searchParams), answer: toUpload(uploadBucket) };
  const [, bucket, encoded] = /^(?:\/storage\/v1)?\/b\/([^/]+)(?:\/o(?:\/([^/]+))?)?$/.exec(pathname) ?? [];
  if (!bucket) return { operation: "link", answer: (call) => followLink(call, options) };
  if (encoded === undefined)
    return { operation: "read", answer: ({ url }) => list(bucket, url.searchParams) };
  return toObjectRoute(objects, method, bucket, decodeURIComponent(encoded), searchParams);

  function toUpload(name: string) {
    return (call: Call) => uploads.upload(name, call);
  }
  function list(name: string, query: URLSearchParams): Answer {
    const items = objects.list(name, query.get("prefix") ?? "").map(toResource);
    return toJsonAnswer({ kind: "storage#objects", items });
  }
}

function toUploadOperation(method: string, query: URLSearchParams): Operation {
  return method === "POST" && query.get("uploadType") === "resumable" ? "start" : "upload";
}

function toObjectRoute(
  objects: Objects,
  method: string,
  bucket: string,
  name: string,
  query: URLSearchParams,
): Route {
  if (method === "DELETE") {
    return {
      operation: "delete",
      answer() {
        objects.remove(bucket, name, query);
        return { status: 204 };
      },
    };
  }
  if (method !== "GET") throw new StorageError(405, "methodNotAllowed", "Method not allowed");
  const get = () => {
    objects.check(bucket, name, query);
    return objects.get(bucket, name);
  };
  if (query.get("alt") === "media")
    return { operation: "download", answer: ({ headers }) => toContentAnswer(get(), headers.range) };
  return { operation: "read", answer: () => toJsonAnswer(toResource(get())) };
}

/** `/BUCKET/OBJECT` of the XML interface, which nobody is let into without a signature. */
function followLink(call: Call, { objects, trusted, now }: RouteOptions): Answer {
  const [, bucket = "", encoded = ""] = /^\/([^/]+)\/(.+)$/.exec(call.url.pathname) ?? [];
  if (!trusted) throw new StorageError(403, "accessDenied", "Access denied.");
  verifyLink(call, trusted, now());
  const found = objects.find(bucket, decodeURIComponent(encoded));
  if (!found) throw new StorageError(404, "noSuchKey", "The specified key does not exist.");
  return toContentAnswer(found, call.headers.range);
}
