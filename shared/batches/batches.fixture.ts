import type { Principal } from "../access/principal.ts";
import type { ChatInput, ChatResult } from "../api/chat.ts";
import { ann, openTestConea, type TestOptions } from "../tasks/conea.fixture.ts";
import type { TaskDocument } from "../tasks/task-document.ts";
import type { BatchDocument } from "./batch-document.ts";
import { batchPath } from "./batch-document.ts";
import { createBatch } from "./create-batch.ts";
import { type Driven, driveBatch } from "./drive-batch.ts";
import type { LineAsks, LineEndpoints } from "./endpoints.ts";
import { type FileDocument, filePath } from "./file-document.ts";
import { findFile, openContent } from "./read-files.ts";
import { storeFile } from "./store-file.ts";

const url = "/v1/chat/completions";

/** Bodies such as `{ model: "m", say: "Hello" }`, answered by `{ said: … }`. */
export const testLines: LineEndpoints = {
  endpoints: {
    [url]: {
      async toTask({ model, say }, _, { isStored }) {
        const input: ChatInput = { messages: [{ role: "user", content: String(say) }] };
        return {
          request: { type: "chat", input, model: String(model), priority: 5, stream: true },
          isStored,
        };
      },
      async toAnswer(task) {
        const { text } = (task.result ?? { text: "" }) as ChatResult;
        return task.status === "succeeded"
          ? { status: 200, body: { said: text } }
          : { status: 500, body: { error: { code: task.error?.code } } };
      },
    },
  },
  readAsks: (headers) => (headers ?? {}) as LineAsks,
  toRefusal: ({ code, message }) => ({ status: 404, body: { error: { code, message } } }),
};

/** The line that asks to say `say`, and beside it for what is in `asks`. */
export function aLine(customId: string, say = customId, model = "m", asks?: LineAsks): string {
  return JSON.stringify({ custom_id: customId, method: "POST", url, body: { model, say }, headers: asks });
}

export function someLines(count: number): string[] {
  return Array.from({ length: count }, (_, index) => aLine(`line-${index}`));
}

type Result = {
  custom_id: string;
  response: {
    status_code: number;
    request_id: string;
    body: { said?: string; error?: { code: string } };
  } | null;
  error: { code: string } | null;
};

export async function* toChunks(...chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

/** Conea with files and batches, which a test drives itself. */
export async function openBatches(options: TestOptions = {}) {
  const test = await openTestConea(options);
  const deps = { ...test.conea, lines: testLines };

  const store = (content: Buffer, principal: Principal = ann): Promise<FileDocument> =>
    storeFile(deps, principal, { filename: "input.jsonl", content: toChunks(content) });

  const upload = (lines: string[], principal?: Principal): Promise<FileDocument> =>
    store(Buffer.from(lines.map((line) => `${line}\n`).join("")), principal);

  async function create(lines: string[], principal = ann): Promise<BatchDocument> {
    const file = await upload(lines, principal);
    return createBatch(deps, principal, { inputFileId: file.id, endpoint: url });
  }

  const drive = (id: string, until = Number.POSITIVE_INFINITY): Promise<Driven> =>
    driveBatch(deps, id, until);

  async function read(id: string): Promise<BatchDocument> {
    const found = await deps.documents.get<BatchDocument>(batchPath(id));
    if (!found) throw new Error(`no batch ${id}`);
    return found.data;
  }

  async function readFile(id: string): Promise<FileDocument> {
    const found = await deps.documents.get<FileDocument>(filePath(id));
    if (!found) throw new Error(`no file ${id}`);
    return found.data;
  }

  /** Drives a batch, and lets its tasks run, until it has ended. */
  async function finish(id: string, mostRounds = 200): Promise<BatchDocument> {
    for (let round = 0; round < mostRounds; round++) {
      if ((await drive(id)) === "ended") return read(id);
      await test.clock.advance(1_000);
    }
    throw new Error(`batch ${id} did not end: ${JSON.stringify(await read(id))}`);
  }

  async function results(fileId: string | undefined): Promise<Result[]> {
    if (fileId === undefined) return [];
    const { data } = await findFile(deps, { ...ann, role: "admin" }, fileId);
    const text = await new Response(openContent(deps, data)).text();
    return text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Result);
  }

  const tasksOf = async (id: string): Promise<TaskDocument[]> =>
    (
      await test.embedded.platform.documents.query<TaskDocument>({
        collection: "tasks",
        where: [["batch.id", "==", id]],
        orderBy: [["batch.line", "asc"]],
      })
    ).map(({ data }) => data);

  return { ...test, deps, store, upload, create, drive, read, readFile, finish, results, tasksOf };
}
