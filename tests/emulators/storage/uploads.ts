import { randomUUID } from "node:crypto";
import { type Answer, type Call, toJsonAnswer } from "./answer.ts";
import { type Metadata, type Objects, type StoredObject, toResource } from "./objects.ts";
import { readMultipart } from "./read-multipart.ts";
import { StorageError } from "./storage-error.ts";

type Session = {
  bucket: string;
  name: string;
  metadata: Metadata;
  query: URLSearchParams;
  received: Buffer;
  object?: StoredObject;
};

/** Cloud Storage keeps whole pieces of this size of an upload that is not at its end. */
const pieceBytes = 262_144;
const noAnswer: Answer = { status: 0 };

/** `POST` and `PUT` below `/upload/storage/v1/b/…/o`: at once, in two parts of one body, or resumable. */
export function createUploads(objects: Objects, baseUrl: () => string) {
  const sessions = new Map<string, Session>();

  function store(
    bucket: string,
    name: string | null | undefined,
    content: Buffer,
    about: Metadata,
    call: Call,
  ) {
    if (!name) throw new StorageError(400, "required", "Required object name");
    return toJsonAnswer(toResource(objects.put(bucket, name, content, about, call.url.searchParams)));
  }

  function start(bucket: string, { url, headers, body }: Call): Answer {
    const query = url.searchParams;
    const { name: named, ...metadata } = body.length > 0 ? JSON.parse(body.toString()) : {};
    const name = query.get("name") ?? named;
    objects.check(bucket, name, query);
    const type = headers["x-upload-content-type"];
    const id = randomUUID();
    sessions.set(id, {
      bucket,
      name,
      metadata: { ...metadata, ...(type && { contentType: type }) },
      query,
      received: Buffer.alloc(0),
    });
    const location = `${baseUrl()}/upload/storage/v1/b/${bucket}/o?uploadType=resumable&upload_id=${id}`;
    return { status: 200, headers: { location } };
  }

  function finish(session: Session, hashes: string | undefined): Answer {
    const crc32c = /crc32c=([^,]+)/.exec(hashes ?? "")?.[1];
    const about = { ...session.metadata, ...(crc32c && { crc32c }) };
    session.object = objects.put(session.bucket, session.name, session.received, about, session.query);
    return toJsonAnswer(toResource(session.object));
  }

  function take(session: Session, { headers, body, isWhole }: Call): Answer {
    if (session.object) return toJsonAnswer(toResource(session.object));
    const [, from, total] =
      /^bytes (?:(\d+)-(?:\d+|\*)|\*)\/(\d+|\*)$/.exec(headers["content-range"] ?? "") ?? [];
    if (total === undefined) throw new StorageError(400, "invalid", "Invalid Content-Range");
    if (from !== undefined && Number(from) === session.received.length)
      session.received = Buffer.concat([session.received, body]);
    const { length } = session.received;
    const isOpenEnd = headers["content-range"]?.endsWith("-*/*") && isWhole;
    if (isOpenEnd || (isWhole && total !== "*" && Number(total) === length))
      return finish(session, headers["x-goog-hash"]);
    session.received = session.received.subarray(0, length - (length % pieceBytes));
    return isWhole ? toIncomplete(session) : noAnswer;
  }

  return {
    /** Uploads that were begun and have not come to their end. */
    open: () => [...sessions.values()].filter(({ object }) => !object).length,
    upload(bucket: string, call: Call): Answer {
      const query = call.url.searchParams;
      const session = sessions.get(query.get("upload_id") ?? "");
      if (call.method === "PUT" && session) return take(session, call);
      if (call.method !== "POST") throw new StorageError(404, "notFound", "No such upload");
      if (!call.isWhole) return noAnswer;
      if (query.get("uploadType") === "resumable") return start(bucket, call);
      if (query.get("uploadType") === "media") {
        const contentType = call.headers["content-type"];
        return store(bucket, query.get("name"), call.body, contentType ? { contentType } : {}, call);
      }
      const { metadata, content, contentType } = readMultipart(call);
      const { name, ...about } = { contentType, ...metadata };
      return store(bucket, query.get("name") ?? name, content, about, call);
    },
  };
}

function toIncomplete({ received }: Session): Answer {
  return {
    status: 308,
    headers: received.length > 0 ? { range: `bytes=0-${received.length - 1}` } : {},
  };
}
