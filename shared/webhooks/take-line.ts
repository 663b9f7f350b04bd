import type { ReadSnapshot, WriteTime } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { callsAllowed } from "../queue/breaker.ts";
import { commitMarked } from "../queue/commit-marked.ts";
import { tryCommit } from "../queue/try-commit.ts";
import {
  emptyLine,
  type LineDocument,
  lineBreaker,
  lineLeaseMs,
  linePath,
  shiftMs,
} from "./line-document.ts";

/** A line that is this process's for a while. */
export type TakenLine = {
  line: LineDocument;
  /** What the line's document must still be when the shift ends. */
  fence: WriteTime;
  /** The store's time (epoch ms), which all holders share: it is that late at least. */
  now(): number;
  /** It is that late at most. The two are apart by as long as the store took to answer. */
  latest(): number;
  /** Whether a call may still start: it then ends before the lease does. */
  isOn(): boolean;
};

export type Taking =
  | { kind: "taken"; taken: TakenLine }
  /** Somebody else has it. */
  | { kind: "held" }
  /** Its endpoint is left alone until then (epoch ms). */
  | { kind: "resting"; until: number };

export type TakeDeps = Pick<Platform, "documents" | "clock" | "ids">;

/** Takes an endpoint's line for one shift: a read and a write, or a read where it is not to be had. */
export async function takeLine(deps: TakeDeps, endpointId: string): Promise<Taking> {
  const { snapshot, askedAt, answeredAt } = await readLine(deps, endpointId);
  const readAt = Date.parse(snapshot.readTime);
  const { data: line } = snapshot;
  if (line.leaseUntil > readAt) return { kind: "held" };
  const { count, nextAt } = callsAllowed(line.breaker, lineBreaker, readAt);
  if (count < 1) return { kind: "resting", until: nextAt ?? readAt + lineBreaker.openMs };
  const mark = deps.ids.newId("shift");
  const taken = { ...line, epoch: line.epoch + 1, leaseUntil: readAt + lineLeaseMs, mark };
  const { updateTime } = snapshot;
  const write = { op: "set" as const, path: linePath(endpointId), data: taken, precondition: { updateTime } };
  const [fence] = (await commitMarked(deps, [write], { mark })) ?? [];
  if (!fence) return { kind: "held" };
  const since = (at: number) => deps.clock.elapsed() - at;
  return {
    kind: "taken",
    taken: {
      ...{ line: taken, fence },
      now: () => readAt + since(answeredAt),
      latest: () => readAt + since(askedAt),
      isOn: () => since(askedAt) < shiftMs,
    },
  };
}

/** Gives a line back with what the shift has learned of its endpoint. `false` where somebody has written it since. */
export function releaseLine(
  { documents }: Pick<Platform, "documents">,
  { line: { endpointId }, fence }: TakenLine,
  learned: Pick<LineDocument, "limiter" | "breaker" | "failingSince">,
): Promise<boolean> {
  return tryCommit(documents, {
    op: "update",
    path: linePath(endpointId),
    fields: { ...learned, leaseUntil: 0 },
    removes: learned.failingSince === undefined ? ["failingSince"] : [],
    precondition: { updateTime: fence },
  });
}

/** The line's document, and when it was asked for and given, by elapsed time. One that nobody has worked at is written first. */
async function readLine(
  { documents, clock }: TakeDeps,
  endpointId: string,
): Promise<{ snapshot: ReadSnapshot<LineDocument>; askedAt: number; answeredAt: number }> {
  const path = linePath(endpointId);
  for (const isNew of [true, false]) {
    const askedAt = clock.elapsed();
    const snapshot = await documents.get<LineDocument>(path);
    if (snapshot) return { snapshot, askedAt, answeredAt: clock.elapsed() };
    if (isNew) await tryCommit(documents, { op: "create", path, data: emptyLine(endpointId) });
  }
  throw new Error(`the line of endpoint ${endpointId} could not be made`);
}
