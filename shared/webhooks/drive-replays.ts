import { toTime } from "../core/clock.ts";
import type { ReadSnapshot, Snapshot, Write } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { tryCommit } from "../queue/try-commit.ts";
import type { DeliveryDocument } from "./delivery-document.ts";
import { type EndpointDocument, endpointPath } from "./endpoint-document.ts";
import { toReplayWrite } from "./replay-delivery.ts";
import { type ReplayDocument, replayPath, toReplayQuery } from "./replay-document.ts";
import { type WakeLineDeps, wakeLine } from "./wake-line.ts";

const pageSize = 100;
const mostReplays = 10;
/** What is not done by then, another wake does. */
const longestMs = 30_000;
const keptMs = 30 * 86_400_000;
/** Of an endpoint's rate: the rest is for what happens now. */
const shareOfRate = 0.5;

type DriveDeps = Pick<Platform, "documents"> & WakeLineDeps;

/** Takes an endpoint's replays further, page by page, for half a minute; a wake sees to what is left then. */
export async function driveReplays(deps: DriveDeps, endpointId: string): Promise<void> {
  const until = deps.clock.now() + longestMs;
  const running = await deps.documents.query<ReplayDocument>({
    collection: "webhookReplays",
    where: [
      ["endpointId", "==", endpointId],
      ["state", "==", "running"],
    ],
    orderBy: [["createdAt", "asc"]],
    limit: mostReplays,
  });
  const endpoint = await deps.documents.get<EndpointDocument>(endpointPath(endpointId));
  for (const { id } of running) {
    while ((await drivePage(deps, id, endpoint?.data)) === "more" && deps.clock.now() < until);
    await wakeLine(deps, endpointId);
  }
  if (deps.clock.now() >= until) await wakeLine(deps, endpointId, { reason: "due" });
}

/** One page in one commit with how far the replay has come: whoever else drives it, each page is put back once. */
async function drivePage(
  { documents, clock }: DriveDeps,
  replayId: string,
  endpoint: EndpointDocument | undefined,
): Promise<"more" | "done"> {
  const replay = await documents.get<ReplayDocument>(replayPath(replayId));
  if (replay?.data.state !== "running") return "done";
  const { place } = replay.data;
  const page = await documents.query<DeliveryDocument>({
    ...toReplayQuery(replay.data),
    limit: pageSize,
    ...(place && { startAfter: { values: [place.createdAt], id: place.id } }),
  });
  const ended = endpoint?.state === "enabled" ? page.filter(({ data }) => data.state !== "pending") : [];
  const spacingMs = 1_000 / ((endpoint?.ratePerSecond ?? 1) * shareOfRate);
  const from = Math.max(clock.now(), replay.data.nextDueAt);
  const writes = ended.map((delivery, index) => toReplayWrite(delivery, from + index * spacingMs));
  const progress = toProgress(replay, page, ended.length, from + ended.length * spacingMs, clock.now());
  // Where one of them was written by another meanwhile, the page is looked at anew.
  const isKept = await tryCommit(documents, ...writes, progress);
  return isKept && page.length < pageSize ? "done" : "more";
}

function toProgress(
  { data, updateTime }: ReadSnapshot<ReplayDocument>,
  page: Snapshot<DeliveryDocument>[],
  replayed: number,
  nextDueAt: number,
  now: number,
): Write {
  const last = page.at(-1);
  const isLast = page.length < pageSize;
  const fields: Partial<ReplayDocument> = {
    scanned: data.scanned + page.length,
    replayed: data.replayed + replayed,
    nextDueAt,
    ...(last && { place: { createdAt: last.data.createdAt, id: last.id } }),
    ...(isLast && { state: "completed", endedAt: toTime(now), deleteAt: toTime(now + keptMs) }),
  };
  return { op: "update", path: replayPath(data.id), fields, precondition: { updateTime } };
}
