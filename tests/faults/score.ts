import type { Door } from "./doors/door.ts";
import type { Row } from "./row.ts";

/** One way to ask one kind of provider. */
export type Column = { name: string; door: Door };

export type Score = {
  /** Notes whether a row holds in a column. */
  note(row: Row, column: Column, holds: boolean): void;
  /** One line for each row, and how many hold. */
  print(): string;
};

export function createScore(rows: Row[], columns: Column[]): Score {
  const held = new Map<Row, Map<Column, boolean>>();
  const mark = (row: Row, column: Column) => {
    const holds = held.get(row)?.get(column);
    if (holds === undefined) return "not run";
    return holds ? "passes" : "FAILS";
  };
  const total = (column: Column) =>
    `${rows.filter((row) => held.get(row)?.get(column)).length} of ${rows.length}`;
  return {
    note(row, column, holds) {
      held.set(row, (held.get(row) ?? new Map()).set(column, holds));
    },
    print() {
      const head = ["", "the provider …", ...columns.map(({ name }) => name)];
      const body = rows.map((row, index) => [
        `${index + 1}`,
        row.provider,
        ...columns.map((column) => mark(row, column)),
      ]);
      return toTable([head, ...body, ["", "score", ...columns.map(total)]]);
    },
  };
}

function toTable(lines: string[][]): string {
  const widths =
    lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join(" | ")
        .trimEnd(),
    )
    .join("\n");
}
