import { isDeepStrictEqual } from "node:util";
import type { Principal } from "../access/principal.ts";
import { toTime } from "../core/clock.ts";
import { ConeaError } from "../core/conea-error.ts";
import { idFrom } from "../core/ids.ts";
import type { Platform } from "../platform/platform.ts";
import { commitMarked } from "../queue/commit-marked.ts";
import { nextSequence } from "../tasks/sequence.ts";
import { type BatchDocument, batchPath } from "./batch-document.ts";
import { createdFields } from "./batch-events.ts";
import type { LineEndpoints } from "./endpoints.ts";
import { filePath } from "./file-document.ts";
import { findFile } from "./read-files.ts";

const mostTries = 10;
/** The only window there is. */
const windowMs = 24 * 60 * 60 * 1_000;

export type NewBatch = Pick<
  BatchDocument,
  "inputFileId" | "endpoint" | "metadata" | "outputExpiresAfterSeconds" | "asks"
>;

type Deps = Pick<Platform, "documents" | "clock" | "ids"> & { lines: LineEndpoints };

/**
 * Keeps a batch, which holds its input from then on; what is wrong with that is found by its drivers. A repeated
 * `idempotencyKey` gives the batch that was made with it. Throws `not_found`, `invalid_request` and `idempotency_key_reused`.
 */
export async function createBatch(
  deps: Deps,
  principal: Principal,
  asked: NewBatch,
  idempotencyKey?: string,
): Promise<BatchDocument> {
  requireEndpoint(deps.lines, asked.endpoint);
  const { tenant, user } = principal;
  const id =
    idempotencyKey === undefined ? deps.ids.newId("batch") : idFrom("batch", tenant, user, idempotencyKey);
  for (let tries = 0; tries < mostTries; tries++) {
    const earlier = await deps.documents.get<BatchDocument>(batchPath(id));
    if (earlier) return requireSame(earlier.data, asked);
    const file = await findFile(deps, principal, asked.inputFileId);
    if (file.data.purpose !== "batch") throw wrongFile();
    const batch = toDocument(deps, principal, id, asked);
    const writes = [
      { op: "create" as const, path: batchPath(id), data: batch },
      {
        op: "update" as const,
        path: filePath(file.id),
        increments: { uses: 1 },
        precondition: { updateTime: file.updateTime },
      },
    ];
    if (await commitMarked(deps, writes, { mark: batch.mark })) return batch;
  }
  throw new ConeaError("unavailable", "The file is changing too fast right now; try again.", {
    headers: { "Retry-After": "1" },
  });
}

function requireEndpoint({ endpoints }: LineEndpoints, endpoint: string): void {
  if (Object.hasOwn(endpoints, endpoint)) return;
  const known = Object.keys(endpoints).join(", ");
  throw new ConeaError("invalid_request", `A batch is for one of ${known}.`, {
    fields: [{ field: "endpoint", message: `must be one of ${known}` }],
  });
}

function wrongFile(): ConeaError {
  return new ConeaError("invalid_request", "The input of a batch is a file with the purpose batch.", {
    fields: [{ field: "input_file_id", message: "must be a file with the purpose batch" }],
  });
}

function requireSame(earlier: BatchDocument, asked: NewBatch): BatchDocument {
  if (isDeepStrictEqual(toAsked(earlier), toAsked(asked))) return earlier;
  throw new ConeaError(
    "idempotency_key_reused",
    "This Idempotency-Key was used for another batch; use a new key for a new batch.",
  );
}

/** What one request for a batch has that another may not have. */
function toAsked({ inputFileId, endpoint, metadata, outputExpiresAfterSeconds, asks }: NewBatch) {
  return [inputFileId, endpoint, metadata, outputExpiresAfterSeconds, asks];
}

function toDocument(
  { clock, ids }: Deps,
  { tenant, user, keyId, role }: Principal,
  id: string,
  { inputFileId, endpoint, metadata, outputExpiresAfterSeconds, asks }: NewBatch,
): BatchDocument {
  const now = clock.now();
  return {
    id,
    tenant,
    createdBy: user,
    ...(keyId && { keyId }),
    role,
    inputFileId,
    endpoint,
    ...(metadata && { metadata }),
    ...(outputExpiresAfterSeconds !== undefined && { outputExpiresAfterSeconds }),
    ...(asks && { asks }),
    phase: "validating",
    active: true,
    ...createdFields(now),
    createdAt: toTime(now),
    expiresAt: toTime(now + windowMs),
    sequence: nextSequence(now),
    mark: ids.newId("step"),
    partLines: [],
    total: 0,
    fed: 0,
    refused: 0,
    completed: 0,
    failed: 0,
    assembled: 0,
    outputParts: [],
    errorParts: [],
  };
}
