import { type NotificationSchedule, Weekday } from "../api/notifications.ts";

const minuteMs = 60_000;
/** No zone changes its offset between two of these. */
const quarterMs = 15 * minuteMs;
const dayMinutes = 1_440;
const week = Weekday.options;
const formats = new Map<string, Intl.DateTimeFormat>();

/** Whether a schedule is open at a time (epoch ms): by the clock on the wall of its zone. */
export function isOpen(schedule: NotificationSchedule, at: number): boolean {
  const { day, minute } = toWall(schedule.timeZone, at);
  const [from, to] = [toMinute(schedule.from), toMinute(schedule.to)];
  const isDay = (n: number) => schedule.days.includes(week[(n + 7) % 7] ?? "mon");
  if (from < to) return isDay(day) && minute >= from && minute < to;
  // Over midnight: it belongs to the day on which it began.
  return (isDay(day) && minute >= from) || (isDay(day - 1) && minute < to);
}

/**
 * When a schedule opens next (epoch ms): `at` itself where it is open. Goes from quarter to quarter of an hour, between which the
 * clock on the wall runs like any other; so an opening that a change to summer time leaps over comes with the leap.
 */
export function nextOpening(schedule: NotificationSchedule, at: number): number {
  let time = at;
  for (const last = at + 9 * dayMinutes * minuteMs; time < last && !isOpen(schedule, time); ) {
    const toQuarter = quarterMs - (time % quarterMs);
    time += Math.min(toQuarter, untilMinute(schedule, time));
  }
  return time;
}

/** How long until the wall shows the minute at which a schedule can open. */
function untilMinute({ timeZone, from, to }: NotificationSchedule, at: number): number {
  const { minute } = toWall(timeZone, at);
  // A day on which nothing began may be followed by one that opens at midnight.
  const openings = from >= to ? [toMinute(from), 0] : [toMinute(from)];
  const waits = openings.map((opening) => (opening - minute + dayMinutes) % dayMinutes || dayMinutes);
  return Math.min(...waits) * minuteMs - (at % minuteMs);
}

/** The day of the week, counted from Monday, and the minute of the day. */
function toWall(timeZone: string, at: number): { day: number; minute: number } {
  const parts = formatOf(timeZone).formatToParts(at);
  const find = (type: Intl.DateTimeFormatPartTypes) => parts.find((part) => part.type === type)?.value ?? "";
  const day = week.indexOf(find("weekday").toLowerCase() as Weekday);
  return { day, minute: Number(find("hour")) * 60 + Number(find("minute")) };
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const format = new Intl.DateTimeFormat("en-US", {
    ...{ timeZone, weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  });
  formats.set(timeZone, format);
  return format;
}

function toMinute(text: string): number {
  return Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
}
