import type { WebhookReplay } from "../api/webhooks.ts";
import type { Query } from "../platform/documents.ts";

/** `webhookReplays/{id}`: a replay of many deliveries of one endpoint, and how far it has come. */
export type ReplayDocument = WebhookReplay & {
  tenant: string;
  createdBy: string;
  /** The last delivery it looked at. */
  place?: { createdAt: string; id: string };
  /** When the next one it finds is due (epoch ms). */
  nextDueAt: number;
  deleteAt?: string;
};

export function replayPath(replayId: string): string {
  return `webhookReplays/${replayId}`;
}

/** The deliveries that a replay is about, oldest first: none that was made after it was asked for. */
export function toReplayQuery({
  endpointId,
  since,
  onlyFailed,
  createdAt,
}: Pick<ReplayDocument, "endpointId" | "since" | "onlyFailed" | "createdAt">): Query {
  return {
    collection: "webhookDeliveries",
    where: [
      ["endpointId", "==", endpointId],
      ...(onlyFailed ? [["state", "in", ["failed", "held"]] as [string, "in", string[]]] : []),
      ["createdAt", ">=", since],
      ["createdAt", "<", createdAt],
    ],
    orderBy: [["createdAt", "asc"]],
  };
}

export function toReplayView(replay: ReplayDocument): WebhookReplay {
  const { id, endpointId, since, onlyFailed, state, total, scanned, replayed, createdAt, endedAt } = replay;
  return {
    ...{ id, endpointId, since, onlyFailed, state, total, scanned, replayed, createdAt },
    ...(endedAt && { endedAt }),
  };
}
