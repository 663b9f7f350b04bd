import { inSpan } from "../core/trace.ts";
import type { Blobs } from "./blobs.ts";
import type { Platform } from "./platform.ts";
import type { Secrets } from "./secrets.ts";
import { traceDocuments } from "./trace-documents.ts";
import { traceEvents, traceWakes } from "./trace-messages.ts";

/** What the parts of a platform are called in spans. */
export type SystemNames = { documents: string; wakes: string; events: string; topic: string };

/** The platform with a span around each call of a port. */
export function tracePlatform(platform: Platform, names: SystemNames): Platform {
  return {
    ...platform,
    documents: traceDocuments(platform.documents, names.documents),
    wakes: traceWakes(platform.wakes, names.wakes),
    events: traceEvents(platform.events, names.events, names.topic),
    blobs: traceBlobs(platform.blobs),
    secrets: traceSecrets(platform.secrets),
  };
}

/** Keys are left out: they name users. */
function traceBlobs(blobs: Blobs): Blobs {
  const call = <T>(operation: string, step: () => Promise<T>) =>
    inSpan({ name: `${operation} blob`, kind: "client" }, step);
  return {
    put: (key, content, options) => call("put", () => blobs.put(key, content, options)),
    get: (key) => call("get", () => blobs.get(key)),
    delete: (key) => call("delete", () => blobs.delete(key)),
    signedUrl: (key, expiresInSeconds) => call("sign", () => blobs.signedUrl(key, expiresInSeconds)),
  };
}

function traceSecrets(secrets: Secrets): Secrets {
  const call = <T>(operation: string, step: () => Promise<T>) =>
    inSpan({ name: `${operation} secret`, kind: "client" }, step);
  return {
    get: (name) => call("get", () => secrets.get(name)),
    getVersion: (name, version) => call("get", () => secrets.getVersion(name, version)),
    addVersion: (name, value) => call("add", () => secrets.addVersion(name, value)),
  };
}
