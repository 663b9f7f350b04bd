import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AlertRule } from "../api/alerts.ts";
import type { AlertDocument } from "./alert-document.ts";
import { nextAlert, type Sample } from "./next-alert.ts";

const rule: AlertRule = {
  id: "queue-length",
  title: "A queue is long",
  advice: "Look.",
  measure: "queueLength",
  above: 100,
  severity: "P2",
  forMinutes: 5,
  coolDownMinutes: 60,
};
const start = Date.parse("2026-01-01T00:00:00.000Z");

/** The alert after each minute's value (absent: nothing was measured), and what was told. */
function watch(values: (number | undefined)[], changes: Partial<AlertRule> = {}) {
  let alert: AlertDocument | undefined;
  const states = values.map((value, minute) => {
    const sample: Sample | undefined = value === undefined ? undefined : { subject: "openai", value };
    const moment = { now: start + minute * 60_000, operatorTenant: "main" };
    alert = nextAlert({ ...rule, ...changes }, alert, sample, moment) ?? alert;
    return alert?.state;
  });
  return { alert, states, told: alert?.recentEvents.map(({ type }) => type) ?? [] };
}

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

describe("an alert", () => {
  it("says nothing at the threshold", () => {
    expect(watch(times(10, 100)).alert).toBeUndefined();
  });

  it("fires once the value has been above for as long as the rule wants", () => {
    const { states } = watch(times(6, 101));
    expect(states).toEqual([...times(5, "pending"), "firing"]);
  });

  it("fires at once where no time is wanted", () => {
    expect(watch([101], { forMinutes: 0 }).told).toEqual(["alert.fired"]);
  });

  it("starts over when the value was below in between, and then tells nobody of anything", () => {
    const { states, told } = watch([101, 101, 101, 99, 101, 101, 101]);
    expect(states.at(-1)).toBe("pending");
    expect(told).toEqual([]);
  });

  it("is told once while it lasts, and once when it is over", () => {
    expect(watch([...times(30, 500), 0, 0, 0]).told).toEqual(["alert.fired", "alert.resolved"]);
  });

  it("is over when nothing is measured any more", () => {
    expect(watch([...times(6, 500), undefined]).states.at(-1)).toBe("resolved");
  });

  it("does not fire again before its cool-down is over, and then does", () => {
    const calm = [...times(6, 500), ...times(4, 0)];
    expect(watch([...calm, ...times(54, 500)]).told).toEqual(["alert.fired", "alert.resolved"]);
    expect(watch([...calm, ...times(56, 500)]).told).toEqual([
      "alert.fired",
      "alert.resolved",
      "alert.fired",
    ]);
  });

  it("writes nothing for a value that hardly moves", () => {
    const { alert } = watch(times(6, 500));
    const moment = { now: start + 6 * 60_000, operatorTenant: "main" };
    expect(nextAlert(rule, alert, { subject: "openai", value: 510 }, moment)).toBeUndefined();
    expect(nextAlert(rule, alert, { subject: "openai", value: 900 }, moment)?.value).toBe(900);
  });

  it("numbers its events without a gap, and never fires twice without an end between, whatever is measured", () => {
    fc.assert(
      fc.property(
        fc.array(fc.option(fc.integer({ min: 0, max: 200 }), { nil: undefined }), { maxLength: 200 }),
        fc.integer({ min: 0, max: 10 }),
        fc.integer({ min: 0, max: 20 }),
        (values, forMinutes, coolDownMinutes) => {
          let alert: AlertDocument | undefined;
          const told: string[] = [];
          values.forEach((value, minute) => {
            const now = start + minute * 60_000;
            const sample = value === undefined ? undefined : { subject: "openai", value };
            const changes = { ...rule, forMinutes, coolDownMinutes };
            const after = nextAlert(changes, alert, sample, { now, operatorTenant: "main" });
            if (after && after.eventSequence > (alert?.eventSequence ?? 0))
              told.push(`${after.eventSequence} ${after.recentEvents.at(-1)?.type}`);
            alert = after ?? alert;
          });
          expect(told).toEqual(
            told.map((_, index) => `${index + 1} alert.${index % 2 === 0 ? "fired" : "resolved"}`),
          );
        },
      ),
    );
  });
});
