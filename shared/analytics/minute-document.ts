import { fromTime, toTime } from "../core/clock.ts";
import type { DocumentPath, Snapshot, WriteTime } from "../platform/documents.ts";
import { addCell, type Cell, type Cells, toCellKey } from "./cell.ts";
import { splitKeys } from "./event-key.ts";
import { toStart } from "./period.ts";

const dayMs = 86_400_000;
/** Longer than anything can be delivered once more: a week by Pub/Sub, and the dead letters of that. */
export const minutesKeptMs = 35 * dayMs;
/** The largest a document is left at: what one more batch adds stays below Firestore's 1 MiB. */
export const fullBytes = 500_000;

/**
 * `usageMinutes/{minute}-{shard}-{part}`: what the events of a minute add up to, and which these were. One write changes both,
 * so that an event that comes again changes nothing. Once `full` it is never added to again, and the next part begins.
 */
export type MinuteDocument = {
  hour: string;
  minute: string;
  shard: number;
  part: number;
  /** Keys of the events that are counted, as many in each text as came together. */
  ids: Record<string, string>;
  cells: Record<string, Cell>;
  full?: true;
  /** The hour's rollup does not know of it yet. */
  unrolled?: true;
  deleteAt: string;
};

export const minutesCollection = "usageMinutes";

export function minutePath(minute: string, shard: number, part: number): DocumentPath {
  return `${minutesCollection}/${minute.slice(0, 16).replaceAll(/\D/g, "")}-${shard}-${part}`;
}

export function newMinute(minute: string, shard: number, part: number, now: number): MinuteDocument {
  const keptUntil = Math.max(fromTime(minute) + minutesKeptMs, now + 2 * dayMs);
  return {
    ...{ hour: toStart("hour", fromTime(minute)), minute, shard, part },
    ...{ ids: {}, cells: {}, unrolled: true, deleteAt: toTime(keptUntil) },
  };
}

/** A part of a minute's shard, as a process that adds to it knows it. */
export type MinutePart = {
  path: DocumentPath;
  part: number;
  updateTime: WriteTime;
  full: boolean;
  cells: Cells;
  /** Where each cell is in the document. */
  names: Map<string, string>;
  /** Texts of keys so far. */
  batches: number;
  bytes: number;
};

export function toMinutePart({ path, data, updateTime }: Snapshot<MinuteDocument>): MinutePart {
  const cells: Cells = new Map();
  const names = new Map<string, string>();
  for (const [name, cell] of Object.entries(data.cells)) {
    const key = toCellKey(cell);
    addCell(cells, cell, key);
    names.set(key, name);
  }
  const texts = Object.values(data.ids);
  const bytes = texts.reduce((sum, text) => sum + text.length, 0) + measureCells(cells.values());
  return {
    ...{ path, part: data.part, updateTime, full: data.full ?? false, cells, names },
    ...{ batches: texts.length, bytes },
  };
}

export function keysOf({ ids }: MinuteDocument): string[] {
  return Object.values(ids).flatMap(splitKeys);
}

/** About what cells take up in a document: names, numbers, and what tells them apart. */
export function measureCells(cells: Iterable<Cell>): number {
  let bytes = 0;
  for (const cell of cells) {
    bytes += 300;
    for (const name in cell.counts) bytes += name.length + 9;
  }
  return bytes;
}
