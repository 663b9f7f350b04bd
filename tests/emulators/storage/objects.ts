import { createHash } from "node:crypto";
import { crc32c } from "../../../shared/platform/google/crc32c.ts";
import { StorageError } from "./storage-error.ts";

/** What an upload may say of its object. */
export type Metadata = {
  contentType?: string;
  contentDisposition?: string;
  cacheControl?: string;
  md5Hash?: string;
  crc32c?: string;
};

export type StoredObject = Metadata & {
  bucket: string;
  name: string;
  generation: number;
  content: Buffer;
  md5Hash: string;
  crc32c: string;
};

export type Objects = ReturnType<typeof createObjects>;

/** Buckets and their objects. Every write is one step: an object is old or new. */
export function createObjects(buckets: string[]) {
  const stored = new Map(buckets.map((bucket) => [bucket, new Map<string, StoredObject>()]));
  /** Generations are microseconds in Cloud Storage; here too they only grow. */
  let lastGeneration = Date.now() * 1_000;

  function of(bucket: string): Map<string, StoredObject> {
    const found = stored.get(bucket);
    if (found) return found;
    throw new StorageError(404, "notFound", "The specified bucket does not exist.");
  }

  /** Throws 412 unless the live object's generation is the one that `ifGenerationMatch` names (0: there is none). */
  function check(bucket: string, name: string, query: URLSearchParams): void {
    const wanted = query.get("ifGenerationMatch");
    if (wanted === null || Number(wanted) === (of(bucket).get(name)?.generation ?? 0)) return;
    throw new StorageError(
      412,
      "conditionNotMet",
      "At least one of the pre-conditions you specified did not hold.",
    );
  }

  return {
    check,
    find: (bucket: string, name: string) => of(bucket).get(name),
    list: (bucket: string, prefix = "") =>
      [...of(bucket).values()].filter(({ name }) => name.startsWith(prefix)),
    get(bucket: string, name: string): StoredObject {
      const found = of(bucket).get(name);
      if (found) return found;
      throw new StorageError(404, "notFound", `No such object: ${bucket}/${name}`);
    },
    put(
      bucket: string,
      name: string,
      content: Buffer,
      metadata: Metadata,
      query: URLSearchParams,
    ): StoredObject {
      check(bucket, name, query);
      const hashes = toHashes(content);
      for (const hash of ["md5Hash", "crc32c"] as const) requireSame(hash, metadata[hash], hashes[hash]);
      lastGeneration += 1;
      const object = { ...metadata, bucket, name, content, ...hashes, generation: lastGeneration };
      of(bucket).set(name, object);
      return object;
    },
    remove(bucket: string, name: string, query: URLSearchParams): void {
      check(bucket, name, query);
      if (!of(bucket).delete(name))
        throw new StorageError(404, "notFound", `No such object: ${bucket}/${name}`);
    },
  };
}

function requireSame(hash: string, told: string | undefined, actual: string): void {
  if (told === undefined || told === actual) return;
  throw new StorageError(400, "invalid", `Provided ${hash} does not match calculated ${hash}.`);
}

function toHashes(content: Buffer): { md5Hash: string; crc32c: string } {
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32c(content));
  return {
    md5Hash: createHash("md5").update(content).digest("base64"),
    crc32c: checksum.toString("base64"),
  };
}

/** The object's resource of the JSON interface. */
export function toResource(object: StoredObject): object {
  const { bucket, name, generation, content, ...rest } = object;
  return {
    kind: "storage#object",
    id: `${bucket}/${name}/${generation}`,
    bucket,
    name,
    generation: String(generation),
    metageneration: "1",
    size: String(content.length),
    storageClass: "STANDARD",
    etag: String(generation),
    ...rest,
  };
}
