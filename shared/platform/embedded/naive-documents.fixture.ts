import { type AcceptedUpdate, type AcceptedWrite, acceptWrites } from "../accept-writes.ts";
import {
  type Fields,
  type Filter,
  PreconditionFailed,
  type Query,
  type Value,
  type Write,
} from "../documents.ts";

export type NaiveDocument = { path: string; data: Fields; updateTime: string };

/**
 * Documents as simply as they can be said: one array, looked through from one end to the other. It is told the write
 * times and checks that they may be what they are.
 */
export function createNaiveDocuments() {
  let documents: NaiveDocument[] = [];
  let latest = "";

  const find = (path: string) => documents.find((document) => document.path === path);

  return {
    find,
    all: () => documents,
    /** What the writes make of the documents; the times are those that were there before. Throws as `commit` does. */
    stage(writes: Write[]): NaiveDocument[] {
      const accepted = acceptWrites(writes);
      for (const [index, write] of accepted.entries())
        requirePrecondition(
          write,
          find(write.path),
          accepted.slice(0, index).some(({ path }) => path === write.path),
        );
      return accepted.reduce(applyNaively, documents);
    },
    /** Takes over what was staged. Throws when a time is not possible. */
    accept(staged: NaiveDocument[], writes: Write[], times: string[]): void {
      const deleted = new Set(writes.filter(({ op }) => op === "delete").map(({ path }) => path));
      const now: string[] = [];
      documents = staged.map((document) => {
        const before = find(document.path);
        const time = times[writes.findIndex(({ path }) => path === document.path)] ?? document.updateTime;
        const isSame = before && !deleted.has(document.path) && same(before.data, document.data);
        if (isSame && time !== before.updateTime) throw new Error(`${document.path} got another time`);
        if (!isSame) now.push(time);
        return { ...document, updateTime: time };
      });
      if (now.some((time) => time <= latest || time !== now[0])) throw new Error(`impossible times: ${now}`);
      latest = now[0] ?? latest;
    },
    query: (query: Query) => queryNaively(documents, query),
  };
}

function requirePrecondition(
  { op, precondition }: AcceptedWrite,
  found: NaiveDocument | undefined,
  isLater: boolean,
): void {
  const time = precondition && "updateTime" in precondition ? precondition.updateTime : undefined;
  if (!isLater && time !== undefined && found?.updateTime !== time) throw new PreconditionFailed("time");
  const exists = precondition && "exists" in precondition ? precondition.exists : undefined;
  const expected = op === "create" ? false : op === "update" ? true : exists;
  if (!isLater && expected !== undefined && expected !== (found !== undefined))
    throw new PreconditionFailed("exists");
}

function applyNaively(documents: NaiveDocument[], write: AcceptedWrite): NaiveDocument[] {
  const before = documents.find(({ path }) => path === write.path);
  const others = documents.filter((document) => document !== before);
  if (write.op === "delete") return others;
  const data = write.op === "update" ? updateNaively(before?.data ?? {}, write) : write.data;
  return [...others, { path: write.path, data, updateTime: before?.updateTime ?? "" }];
}

function updateNaively(before: Fields, { fields, increments, removes }: AcceptedUpdate): Fields {
  const data = structuredClone(before);
  for (const [name, value] of Object.entries(fields)) parentOf(data, name)[lastOf(name)] = value;
  for (const [name, amount] of Object.entries(increments)) {
    const parent = parentOf(data, name);
    const current = parent[lastOf(name)];
    parent[lastOf(name)] = (typeof current === "number" ? current : 0) + amount;
  }
  for (const name of removes)
    if (read(data, name) !== undefined) Reflect.deleteProperty(parentOf(data, name), lastOf(name));
  return data;
}

function parentOf(data: Fields, name: string): Fields {
  let map = data;
  for (const key of name.split(".").slice(0, -1)) {
    const child = map[key];
    const next: Fields = isPlainMap(child) ? child : {};
    map[key] = next;
    map = next;
  }
  return map;
}

const lastOf = (name: string) => name.split(".").at(-1) ?? "";

function read(data: Fields, name: string): Value | undefined {
  let value: Value | undefined = data;
  for (const key of name.split(".")) value = isPlainMap(value) ? value[key] : undefined;
  return value;
}

function isPlainMap(value: Value | undefined): value is Fields {
  return value !== undefined && rankOf(value) === 6;
}

function queryNaively(documents: NaiveDocument[], query: Query): NaiveDocument[] {
  const { where = [], orderBy = [], startAfter, limit } = query;
  const last = orderBy.at(-1)?.[1] ?? "asc";
  const ranges = where.filter(([, op]) => ["<", "<=", ">", ">="].includes(op)).map(([field]) => field);
  const implied = [...new Set(ranges)].filter((field) => !orderBy.some(([name]) => name === field)).sort();
  const order = [...orderBy, ...implied.map((field): [string, "asc" | "desc"] => [field, last])];
  const found = documents
    .filter(({ path }) => collectionOf(path) === query.collection)
    .filter(({ data }) => where.every((filter) => matchesNaively(read(data, filter[0]), filter)))
    .filter(({ data }) => order.every(([field]) => read(data, field) !== undefined))
    .map((document) => ({
      document,
      key: [...order.map(([field]) => read(document.data, field) ?? null), idOf(document.path)],
    }));
  const signs = [...order.map(([, direction]) => direction), last].map((one) => (one === "asc" ? 1 : -1));
  const compareKeys = (a: Value[], b: Value[]) =>
    a.map((value, index) => compareNaively(value, b[index] ?? null) * (signs[index] ?? 1)).find(Boolean) ?? 0;
  const sorted = found.sort((a, b) => compareKeys(a.key, b.key));
  const place = startAfter && [...startAfter.values, startAfter.id];
  const after = place ? sorted.filter(({ key }) => compareKeys(key, place) > 0) : sorted;
  return after.slice(0, limit).map(({ document }) => document);
}

const idOf = (path: string) => path.slice(path.lastIndexOf("/") + 1);
const collectionOf = (path: string) => path.slice(0, path.lastIndexOf("/"));

function matchesNaively(value: Value | undefined, [, op, operand]: Filter): boolean {
  if (value === undefined) return false;
  if (op === "==") return same(value, operand);
  if (op === "in") return value !== null && operand.some((one) => same(one, value));
  if (op === "array-contains")
    return Array.isArray(value) && operand !== null && value.some((one) => same(one, operand));
  if (rankOf(value) !== rankOf(operand)) return false;
  const difference = compareNaively(value, operand);
  return { "<": difference < 0, "<=": difference <= 0, ">": difference > 0, ">=": difference >= 0 }[op];
}

function same(a: Value, b: Value): boolean {
  return compareNaively(a, b) === 0;
}

function rankOf(value: Value): number {
  if (value === null) return 0;
  if (Array.isArray(value)) return 4;
  if (typeof value === "object") return Array.isArray(value.$vector) ? 5 : 6;
  return typeof value === "boolean" ? 1 : typeof value === "number" ? 2 : 3;
}

function compareNaively(a: Value, b: Value): number {
  if (rankOf(a) !== rankOf(b)) return rankOf(a) - rankOf(b);
  if (typeof a === "string" || typeof b === "string")
    return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
  if (typeof a !== "object" || a === null) return Number(a) - Number(b);
  return compareLists(toList(a), toList(b));
}

/** A map as key, value, key, value; a vector with its length in front: then all three compare element by element. */
function toList(value: Value): Value[] {
  if (Array.isArray(value)) return value;
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value.$vector)) return [value.$vector.length, ...value.$vector];
  return Object.keys(value)
    .sort((a, b) => compareNaively(a, b))
    .flatMap((key) => [key, value[key] ?? null]);
}

function compareLists(a: Value[], b: Value[]): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const difference = compareNaively(a[index] ?? null, b[index] ?? null);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
