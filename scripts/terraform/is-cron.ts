const ranges = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
] as const;

/** Whether the text is a cron expression of five numeric fields (minute, hour, day, month, weekday) that can come true. */
export function isCron(text: string): boolean {
  const fields = text.split(" ");
  return (
    fields.length === ranges.length &&
    ranges.every((range, at) => fields[at]?.split(",").every((part) => isPart(part, range)))
  );
}

/** One part of a field: `*`, `5`, `1-5`, and each with a step behind a slash. */
function isPart(part: string, [least, most]: readonly [number, number]): boolean {
  const [, first, last, step] = /^(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(part) ?? [];
  if (part === "" || (first === undefined && !part.startsWith("*"))) return false;
  const from = Number(first ?? least);
  const to = Number(last ?? first ?? most);
  return from >= least && to <= most && from <= to && (step === undefined || Number(step) > 0);
}
