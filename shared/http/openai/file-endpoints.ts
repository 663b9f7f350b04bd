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
import { largestFile, storeFile } from "../../batches/store-file.ts";
import { fromTime } from "../../core/clock.ts";
import type { Platform } from "../../platform/platform.ts";
import { parseWith } from "../read-body.ts";
import { type Endpoint, type OpenAiCall, toEndpoint } from "./create-openai-app.ts";
import { readUploadForm } from "./read-upload-form.ts";
import { toList } from "./to-list.ts";

type Deps = Pick<Platform, "documents" | "blobs" | "clock" | "ids">;

/** `/files`: inputs and results of batches. */
export function createFileEndpoints(deps: Deps): Endpoint[] {
  const find = ({ principal, params }: Pick<OpenAiCall, "principal" | "params">) =>
    findFile(deps, principal, params.fileId ?? "");
  return [
    toEndpoint(createFile, async ({ request, principal }) => {
      let kept: FileDocument | undefined;
      try {
        const fields = await readUploadForm(request, largestFile, async (file) => {
          kept = await storeFile(deps, principal, file);
        });
        parseWith(CreateFile, fields, "The form");
      } catch (error) {
        // The other fields may come after the file.
        if (kept) await deleteFile(deps, principal, kept.id);
        throw error;
      }
      return Response.json(kept && toFile(kept));
    }),
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

function toFile({ id, bytes, createdAt, filename, purpose }: FileDocument): OpenAiFile {
  const created = Math.floor(fromTime(createdAt) / 1_000);
  return { id, object: "file", bytes, created_at: created, filename, purpose, status: "processed" };
}
