import {
  CreateBatch,
  cancelBatch as cancelBatchOperation,
  createBatch as createBatchOperation,
  getBatch,
  listBatches as listBatchesOperation,
} from "../../api/openai/batches.ts";
import { cancelBatch } from "../../batches/cancel-batch.ts";
import { createBatch } from "../../batches/create-batch.ts";
import { createBatchFollower } from "../../batches/create-batch-follower.ts";
import type { DriveDeps } from "../../batches/drive-batch.ts";
import { findBatch, listBatches } from "../../batches/read-batches.ts";
import { readIdempotencyKey } from "../read-headers.ts";
import { createLineEndpoints } from "./create-line-endpoints.ts";
import { type Endpoint, toEndpoint } from "./create-openai-app.ts";
import { toLineAsks } from "./read-line-asks.ts";
import { refuseFields } from "./refuse-fields.ts";
import { toBatch } from "./to-batch.ts";
import { toList } from "./to-list.ts";

type BatchDoorDeps = Omit<DriveDeps, "lines" | "sizes"> & { closing: AbortSignal };

/** `/batches`. The process that was asked for a batch drives it as long as it lives; so does the sweep. */
export function createBatchEndpoints(door: BatchDoorDeps): Endpoint[] {
  const deps = { ...door, lines: createLineEndpoints(door) };
  const follower = createBatchFollower(deps);
  return [
    toEndpoint(createBatchOperation, async ({ request, principal, body }) => {
      refuseFields(body, CreateBatch.shape, {});
      const { input_file_id: inputFileId, endpoint, metadata, output_expires_after: expiry } = body;
      const asks = toLineAsks(request.headers);
      const asked = {
        inputFileId,
        endpoint,
        ...(metadata && { metadata }),
        ...(expiry && { outputExpiresAfterSeconds: expiry.seconds }),
        ...(Object.keys(asks).length > 0 && { asks }),
      };
      const key = readIdempotencyKey(request.headers);
      const batch = await createBatch(deps, principal, asked, key);
      follower.follow(batch.id);
      return Response.json(toBatch(batch));
    }),
    toEndpoint(listBatchesOperation, async ({ principal, query }) => {
      const { batches, hasMore } = await listBatches(deps, principal, query);
      return Response.json(toList(batches.map(toBatch), hasMore));
    }),
    toEndpoint(getBatch, async ({ principal, params: { batchId = "" } }) => {
      const { data } = await findBatch(deps, principal, batchId);
      return Response.json(toBatch(data));
    }),
    toEndpoint(cancelBatchOperation, async ({ principal, params: { batchId = "" } }) => {
      const batch = await cancelBatch(deps, principal, batchId);
      follower.follow(batchId);
      return Response.json(toBatch(batch));
    }),
  ];
}
