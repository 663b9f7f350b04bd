import type { Write } from "../platform/documents.ts";
import { addCounts, type Cell, type Cells, toCellKey, toDimensions } from "./cell.ts";
import { fullBytes, type MinutePart, measureCells, minutePath, newMinute } from "./minute-document.ts";

/** An event by its key, and what it adds. */
export type Noted = { eventKey: string; cells: Cell[] };

/** The most that one write adds, in bytes. */
const mostBytes = 300_000;

/** As many of the events as one write takes. */
export function takeSome(noted: Noted[]): Noted[] {
  let bytes = 0;
  const end = noted.findIndex(({ cells }) => {
    bytes += measureCells(cells) + 12;
    return bytes > mostBytes;
  });
  return end < 0 ? noted : noted.slice(0, Math.max(1, end));
}

export type MinuteChange = {
  write: Write;
  /** The part as it is when the write has happened; its time is still to come. */
  after: Omit<MinutePart, "updateTime">;
};

/** The write that counts events in a minute's shard: in its last part, or in a new one where that is full. Pure. */
export function changeMinute(
  { minute, shard }: { minute: string; shard: number },
  last: MinutePart | undefined,
  noted: Noted[],
  now: number,
): MinuteChange {
  const text = noted.map(({ eventKey }) => eventKey).join("");
  if (!last || last.full)
    return beginPart({ minute, shard, part: last ? last.part + 1 : 0 }, text, noted, now);
  const { touched, names, grown } = addTo(last, noted);
  const bytes = last.bytes + text.length + grown;
  const full = bytes > fullBytes;
  const fields: Record<string, unknown> = { [`ids.b${last.batches}`]: text, unrolled: true };
  for (const [key, cell] of touched) fields[`cells.${names.get(key) ?? ""}`] = cell;
  if (full) fields.full = true;
  const { path, updateTime } = last;
  return {
    write: { op: "update", path, fields, precondition: { updateTime } },
    after: {
      ...last,
      cells: new Map([...last.cells, ...touched]),
      names,
      bytes,
      full,
      batches: last.batches + 1,
    },
  };
}

function beginPart(
  { minute, shard, part }: { minute: string; shard: number; part: number },
  text: string,
  noted: Noted[],
  now: number,
): MinuteChange {
  const path = minutePath(minute, shard, part);
  const empty = { path, part, full: false, cells: new Map(), names: new Map(), batches: 0, bytes: 0 };
  const { touched, names, grown } = addTo(empty, noted);
  const bytes = text.length + grown;
  const full = bytes > fullBytes;
  const cells = Object.fromEntries([...touched].map(([key, cell]) => [names.get(key) ?? "", cell]));
  const data = { ...newMinute(minute, shard, part, now), ids: { b0: text }, cells, ...(full && { full }) };
  return {
    write: { op: "create", path, data },
    after: { ...empty, cells: touched, names, bytes, full, batches: 1 },
  };
}

/** The cells that change, as copies: what was given to the store is the store's. */
function addTo({ cells, names: before }: Pick<MinutePart, "cells" | "names">, noted: Noted[]) {
  const touched: Cells = new Map();
  let names = before;
  let grown = 0;
  for (const cell of noted.flatMap((one) => one.cells)) {
    const key = toCellKey(cell);
    const copy = touched.get(key) ?? copyOf(cells.get(key)) ?? { ...toDimensions(cell), counts: {} };
    addCounts(copy.counts, cell.counts);
    touched.set(key, copy);
    if (!names.has(key)) {
      if (names === before) names = new Map(before);
      names.set(key, `c${names.size}`);
    }
  }
  for (const [key, cell] of touched) {
    const known = cells.get(key);
    grown += measureCells([cell]) - (known ? measureCells([known]) : 0);
  }
  return { touched, names, grown };
}

function copyOf(cell: Cell | undefined): Cell | undefined {
  return cell && { ...cell, counts: { ...cell.counts } };
}
