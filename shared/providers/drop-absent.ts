/** The same fields without those that are undefined; undefined when none is left. */
export function dropAbsent<T extends object>(fields: T): T | undefined {
  let known: Partial<T> | undefined;
  for (const name in fields) {
    if (fields[name] === undefined) continue;
    known ??= {};
    known[name] = fields[name];
  }
  return known as T | undefined;
}
