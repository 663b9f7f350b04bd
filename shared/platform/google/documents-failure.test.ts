import { status } from "@grpc/grpc-js";
import { afterEach, describe, expect, it } from "vitest";
import { commitMarked } from "../../queue/commit-marked.ts";
import { InvalidDocument, OutcomeUnknown, PreconditionFailed, type Write } from "../documents.ts";
import { systemClock } from "../system-clock.ts";
import { type FirestoreDocuments, openFirestoreDocuments } from "./documents.ts";
import { type Answer, startScriptedFirestore } from "./scripted-firestore.fixture.ts";

const path = "tasks/a";
const create: Write[] = [{ op: "create", path, data: { n: 1 } }];
const set: Write[] = [{ op: "set", path, data: { n: 1 } }];
const wrote = "2026-11-25T21:05:05.874345Z";
const closing: (() => unknown)[] = [];
afterEach(() => Promise.all(closing.splice(0).map((close) => close())));

async function open(script: Answer[], found?: { name: string; fields: object }) {
  const firestore = await startScriptedFirestore(script, found);
  const documents = openWith(firestore.endpoint);
  closing.push(firestore.close);
  return { documents, calls: firestore.calls };
}

function openWith(endpoint: string): FirestoreDocuments {
  const timeouts = { callMs: 250, totalMs: 2_000 };
  const documents = openFirestoreDocuments({ project: "test", database: "(default)", endpoint, timeouts });
  closing.push(documents.close);
  return documents;
}

describe("a commit whose outcome nobody knows", () => {
  const { CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, INTERNAL, UNAVAILABLE, DATA_LOSS } =
    status;
  it.each([CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, INTERNAL, UNAVAILABLE, DATA_LOSS])(
    "is told as such after status %i and sent no second time",
    async (code) => {
      const { documents, calls } = await open([code]);
      await expect(documents.commit(create)).rejects.toThrow(OutcomeUnknown);
      expect(calls).toEqual(["commit"]);
    },
  );

  it("is told once the deadline has passed without an answer", async () => {
    const { documents, calls } = await open(["silence"]);
    await expect(documents.commit(create)).rejects.toThrow(OutcomeUnknown);
    expect(calls).toEqual(["commit"]);
  });

  it("is told where nobody listens", async () => {
    const firestore = await startScriptedFirestore([]);
    firestore.close();
    await expect(openWith(firestore.endpoint).commit(create)).rejects.toThrow(OutcomeUnknown);
  });

  it("is found out by its mark where the first try took effect", async () => {
    const name = `projects/test/databases/(default)/documents/${path}`;
    const found = { name, fields: { mark: { stringValue: "mine" } } };
    const { documents, calls } = await open([UNAVAILABLE, status.ALREADY_EXISTS], found);
    const writes: Write[] = [{ op: "create", path, data: { mark: "mine" } }];
    const times = await commitMarked({ documents, clock: systemClock }, writes, { mark: "mine" });
    expect(times).toEqual([wrote]);
    expect(calls).toEqual(["commit", "commit", "get"]);
  });
});

describe("a commit that met others", () => {
  it("is sent again, because nothing of it was written", async () => {
    const { documents, calls } = await open([status.ABORTED]);
    expect(await documents.commit(create)).toEqual([wrote]);
    expect(calls).toHaveLength(2);
  });

  it("is told as refused where the other one was first", async () => {
    const { documents } = await open([status.ABORTED, status.ALREADY_EXISTS]);
    await expect(documents.commit(create)).rejects.toThrow(PreconditionFailed);
  });

  it("is given up after four tries, as one that only reading can tell of", async () => {
    const { documents, calls } = await open(Array(9).fill(status.ABORTED));
    await expect(documents.commit(create)).rejects.toThrow(OutcomeUnknown);
    expect(calls).toHaveLength(4);
  });
});

describe("a commit that Firestore refuses", () => {
  const { NOT_FOUND, ALREADY_EXISTS, FAILED_PRECONDITION, PERMISSION_DENIED, UNAUTHENTICATED } = status;

  it.each([NOT_FOUND, ALREADY_EXISTS, FAILED_PRECONDITION])(
    "failed its precondition by status %i, if it has one",
    async (code) => {
      const { documents } = await open([code, code]);
      await expect(documents.commit(create)).rejects.toThrow(PreconditionFailed);
      await expect(documents.commit(set)).rejects.not.toThrow(PreconditionFailed);
    },
  );

  it("is malformed by INVALID_ARGUMENT", async () => {
    const { documents } = await open([status.INVALID_ARGUMENT]);
    await expect(documents.commit(create)).rejects.toThrow(InvalidDocument);
  });

  it("names what is missing where the project has no database, whatever the commit asks for", async () => {
    const details = "The database (default) does not exist for project test Please visit ...";
    const { documents } = await open([{ code: NOT_FOUND, details }]);
    await expect(documents.commit(create)).rejects.toThrow(
      "Firestore refused a call (NOT_FOUND): the project has no such database; terraform apply creates it",
    );
  });

  it.each([PERMISSION_DENIED, UNAUTHENTICATED])("did not happen by status %i", async (code) => {
    const { documents } = await open([code]);
    await expect(documents.commit(create)).rejects.toThrow(/^Firestore refused a call/);
  });

  it("failed its precondition where it asks for a time that no document has, without a call", async () => {
    const { documents, calls } = await open([]);
    const precondition = { updateTime: "yesterday" };
    await expect(documents.commit([{ op: "delete", path, precondition }])).rejects.toThrow(
      PreconditionFailed,
    );
    expect(calls).toEqual([]);
  });

  it("keeps Firestore's text, which may quote a document, out of its message", async () => {
    const { documents } = await open([status.INTERNAL, status.INVALID_ARGUMENT, status.FAILED_PRECONDITION]);
    for (const writes of [create, create, create, set])
      await documents.commit(writes).catch(({ message }) => expect(message).not.toContain("secret"));
    expect.assertions(3);
  });
});

describe("a read", () => {
  it.each([status.UNAVAILABLE, status.INTERNAL, status.DEADLINE_EXCEEDED, status.ABORTED])(
    "is tried again after status %i",
    async (code) => {
      const { documents, calls } = await open([code, code]);
      expect(await documents.get(path)).toBeUndefined();
      expect(calls).toHaveLength(3);
    },
  );

  it("is tried again after silence", async () => {
    const { documents, calls } = await open(["silence"]);
    expect(await documents.get(path)).toBeUndefined();
    expect(calls).toHaveLength(2);
  });

  it("is given up after four tries", async () => {
    const { documents, calls } = await open(Array(9).fill(status.UNAVAILABLE));
    await expect(documents.get(path)).rejects.toThrow("Firestore did not answer a read (UNAVAILABLE)");
    expect(calls).toHaveLength(4);
  });

  it("is not tried again once it is refused", async () => {
    const { documents, calls } = await open([status.FAILED_PRECONDITION]);
    await expect(documents.get(path)).rejects.toThrow(/firestore\.indexes\.json/);
    expect(calls).toHaveLength(1);
  });
});
