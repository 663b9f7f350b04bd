/** The same fields without those that are undefined; undefined when none is left. */
export function dropAbsent<T extends object>(fields: T): T | undefined {
  const known = Object.entries(fields).filter(([, value]) => value !== undefined);
  return known.length > 0 ? (Object.fromEntries(known) as T) : undefined;
}
