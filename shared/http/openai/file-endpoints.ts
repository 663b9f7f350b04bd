import {
  CreateFile,
  createFile,
  deleteFile as deleteFileOperation,
  getFile,
  getFileContent,
  listFiles as listFilesOperation,
  type OpenAiFile,
} from "../../api/openai/files.ts";
import { deleteFile } from "../../batches/delete-file.ts";
import type { FileDocument } from "../../batches/file-document.ts";
import { findFile, listFiles, openContent } from "../../batches/read-files.ts";
import { removeParts } from "../../batches/remove-parts.ts";
import { keepFile, largestFile, type StoredContent, storeContent } from "../../batches/store-file.ts";
import { fromTime } from "../../core/clock.ts";
import type { Platform } from "../../platform/platform.ts";
import { parseWith } from "../read-body.ts";
import { type Endpoint, type OpenAiCall, toEndpoint } from "./create-openai-app.ts";
import { readUploadForm } from "./read-upload-form.ts";
import { toList } from "./to-list.ts";

type Deps = Pick<Platform, "documents" | "blobs" | "clock" | "ids">;
type UploadCall = Pick<OpenAiCall, "request" | "principal">;

/** `/files`: inputs and results of batches. */
export function createFileEndpoints(deps: Deps): Endpoint[] {
  const find = ({ principal, params }: Pick<OpenAiCall, "principal" | "params">) =>
    findFile(deps, principal, params.fileId ?? "");
  return [
    toEndpoint(createFile, async (call) => Response.json(toFile(await create(deps, call)))),
    toEndpoint(listFilesOperation, async ({ principal, query }) => {
      const { files, hasMore } = await listFiles(deps, principal, query);
      return Response.json(toList(files.map(toFile), hasMore));
    }),
    toEndpoint(getFile, async (call) => Response.json(toFile((await find(call)).data))),
    toEndpoint(getFileContent, async (call) => {
      const { data } = await find(call);
      return new Response(openContent(deps, data), {
        headers: {
          "Content-Type": "application/octet-stream",
          "Content-Length": String(data.bytes),
          "Content-Disposition": `attachment; filename="${data.filename.replaceAll(/[^\w. -]/g, "_")}"`,
        },
      });
    }),
    toEndpoint(deleteFileOperation, async ({ principal, params: { fileId = "" } }) => {
      await deleteFile(deps, principal, fileId);
      return Response.json({ id: fileId, object: "file", deleted: true });
    }),
  ];
}

async function create(deps: Deps, call: UploadCall): Promise<FileDocument> {
  const { stored, expiresAfterSeconds } = await readUpload(deps, call);
  return keepFile(deps, stored, { expiresAfterSeconds });
}

/** The other fields may come after the file: it is one only once they are known. */
async function readUpload(deps: Deps, { request, principal }: UploadCall) {
  let stored: StoredContent | undefined;
  try {
    const fields = await readUploadForm(request, largestFile, async (file) => {
      stored = await storeContent(deps, principal, file);
    });
    const { "expires_after[seconds]": expiresAfterSeconds } = parseWith(CreateFile, fields, "The form");
    if (!stored) throw new Error("a form without its file was taken");
    return { stored, expiresAfterSeconds };
  } catch (error) {
    if (stored) await removeParts(deps, stored, stored.parts);
    throw error;
  }
}

function toFile({ id, bytes, createdAt, expiresAt, filename, purpose }: FileDocument): OpenAiFile {
  return {
    id,
    object: "file",
    bytes,
    created_at: toSeconds(createdAt),
    ...(expiresAt && { expires_at: toSeconds(expiresAt) }),
    filename,
    purpose,
    status: "processed",
  };
}

function toSeconds(time: string): number {
  return Math.floor(fromTime(time) / 1_000);
}
