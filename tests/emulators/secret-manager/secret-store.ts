import { status } from "@grpc/grpc-js";
import { GrpcError } from "../grpc-error.ts";

export type VersionState = "ENABLED" | "DISABLED" | "DESTROYED";
export type Version = { number: number; data: Buffer; state: VersionState; addedAt: number };

export type SecretStore = {
  create(name: string): void;
  delete(name: string): void;
  /** Counted from 1. */
  add(name: string, data: Buffer): Version;
  versions(name: string): Version[];
  /** By its number or `latest`, which is the one added last in whatever state it is. */
  find(name: string, version: string): Version;
};

/** Secrets by `projects/…/secrets/…`. For `latestLagMs` after one was added, `latest` still names the one before it. */
export function createSecretStore(now: () => number, latestLagMs: number): SecretStore {
  const secrets = new Map<string, Version[]>();

  function versions(name: string): Version[] {
    const found = secrets.get(name);
    if (!found) throw new GrpcError(status.NOT_FOUND, `Secret [${name}] not found.`);
    return found;
  }

  function findLatest(all: Version[]): Version | undefined {
    const seen = latestLagMs > 0 ? all.filter(({ addedAt }) => addedAt + latestLagMs <= now()) : all;
    return seen.at(-1);
  }

  return {
    versions,
    create(name) {
      if (secrets.has(name)) throw new GrpcError(status.ALREADY_EXISTS, `Secret [${name}] already exists.`);
      secrets.set(name, []);
    },
    delete: (name) => void secrets.delete(name),
    add(name, data) {
      const all = versions(name);
      const version: Version = { number: all.length + 1, data, state: "ENABLED", addedAt: now() };
      all.push(version);
      return version;
    },
    find(name, version) {
      const all = versions(name);
      const found = version === "latest" ? findLatest(all) : all[Number(version) - 1];
      if (!found) throw new GrpcError(status.NOT_FOUND, `Secret [${name}] not found or has no versions.`);
      return found;
    },
  };
}
