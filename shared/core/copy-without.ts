type Data = { [key: string]: unknown };

/** The keys on the way here, in order; `blank` is an object that has them and nothing else. */
type Shape = { next: Map<string, Shape>; blank?: Data };

/** Beyond this many, which documents whose keys are data would lead to, all are forgotten and learned anew. */
const mostShapes = 2_000;

let known = 0;
let first: Shape = { next: new Map() };

/**
 * A copy without some of the keys. V8 makes a hash table of an object that loses a key, and of one that gets more than a
 * dozen one by one; copying it, reading it and walking through it takes several times as long from then on. A copy of an
 * object that has the same keys is none.
 */
export function copyWithout<T extends object, K extends string>(data: T, keys: readonly K[]): Omit<T, K> {
  const dropped: readonly string[] = keys;
  let shape = first;
  for (const key in data) if (!dropped.includes(key)) shape = shape.next.get(key) ?? learn(shape, key);
  shape.blank ??= toBlank(Object.keys(data).filter((key) => !dropped.includes(key)));
  const copy = { ...shape.blank };
  for (const key in copy) copy[key] = (data as Data)[key];
  return copy as Omit<T, K>;
}

function learn(shape: Shape, key: string): Shape {
  const next: Shape = { next: new Map() };
  shape.next.set(key, next);
  known += 1;
  if (known > mostShapes) [first, known] = [{ next: new Map() }, 0];
  return next;
}

/** Parsed, as that leads to no hash table either. */
function toBlank(keys: string[]): Data {
  return JSON.parse(JSON.stringify(Object.fromEntries(keys.map((key) => [key, null]))));
}
