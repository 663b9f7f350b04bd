import { stringify } from "csv-stringify/sync";

/** Fields of a row, nested ones by their path: `tasks.accepted`. */
type Flat = Record<string, string | number | boolean>;

/**
 * Rows as CSV with a line of names: those of `example`, then what rows have beside. A text that a spreadsheet would take for a formula is
 * disarmed by an apostrophe before it.
 */
export function toCsv(rows: object[], example: object = {}): string {
  const flat = rows.map((row) => flatten(row));
  const columns = [...new Set([example, ...rows].flatMap((row) => Object.keys(flatten(row))))];
  return stringify(flat, { header: true, columns, escape_formulas: true });
}

function flatten(value: object, prefix = ""): Flat {
  const flat: Flat = {};
  for (const [name, part] of Object.entries(value)) {
    if (typeof part === "object" && part !== null) Object.assign(flat, flatten(part, `${prefix}${name}.`));
    else if (part !== undefined) flat[`${prefix}${name}`] = part;
  }
  return flat;
}
