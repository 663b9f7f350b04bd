import { describe, expect, it } from "vitest";
import type { Principal } from "../access/principal.ts";
import { PreconditionFailed } from "../platform/documents.ts";
import { acknowledgeAlert } from "./acknowledge-alert.ts";
import { openWatch, quietCalls } from "./alerts.fixture.ts";
import { publishUntoldAlerts } from "./publish-alerts.ts";
import { findAlert, listAlerts } from "./read-alerts.ts";
import { watchAlerts } from "./watch-alerts.ts";

const root: Principal = { tenant: "main", user: "root", role: "admin" };
const stranger: Principal = { tenant: "acme", user: "eve", role: "admin" };
const page = { limit: 50 };

describe("the rules as they are shipped", () => {
  it("fire for a long queue after five minutes, and tell of its end", async () => {
    const { look, see, told } = await openWatch();
    see({ ready: 1_001 });
    await look(5);
    expect(told()).toEqual([]);
    await look();
    expect(told()).toEqual(["queue-length alert.fired"]);
    see({ ready: 1_000 });
    expect(await look()).toMatchObject({ resolved: 1, firing: 0 });
    expect(told()).toEqual(["queue-length alert.fired", "queue-length alert.resolved"]);
  });

  it.each([
    ["oldest-wait", { oldestWaitSeconds: 901 }, 6],
    ["breaker-open", { isResting: true }, 2],
    ["concurrency", { places: { used: 91, allowed: 100 } }, 11],
  ])("fire for %s", async (rule, facts, minutes) => {
    const { look, see, told } = await openWatch();
    see(facts);
    await look(minutes);
    expect(told()).toEqual([`${rule} alert.fired`]);
  });

  it.each([
    ["timeouts", { attempts: 100, failures: 6, timeouts: 6 }],
    ["provider-errors", { attempts: 100, failures: 11 }],
    ["dead-letters", { deadLetters: 1 }],
    ["unknown-prices", { attempts: 5, unknownPrices: 5 }],
  ])("fire for %s of recent calls", async (rule, calls) => {
    const { look, seen, told } = await openWatch();
    seen.calls = [{ ...quietCalls, ...calls }];
    await look(6);
    expect(told()).toEqual([`${rule} alert.fired`]);
  });

  it("say nothing of a percentage of few calls", async () => {
    const { look, seen, told } = await openWatch();
    seen.calls = [{ ...quietCalls, attempts: 19, failures: 19, timeouts: 19 }];
    await look(30);
    expect(told()).toEqual([]);
  });

  it("add the models of a provider up before they judge it", async () => {
    const { look, seen, told } = await openWatch();
    seen.calls = [
      { ...quietCalls, model: "a", attempts: 10, failures: 10 },
      { ...quietCalls, model: "b", attempts: 190, failures: 0 },
    ];
    await look(30);
    expect(told()).toEqual([]);
  });

  it("tell a tenant of its own budget", async () => {
    const { look, seen, events } = await openWatch();
    seen.budgets = [
      { tenant: "acme", percent: 80.1 },
      { tenant: "other", percent: 80 },
    ];
    await look();
    expect(events).toMatchObject([{ type: "alert.fired", tenant: "acme", alert: { value: 80.1 } }]);
  });

  it("tell of all models without a price at once, and name them", async () => {
    const { look, seen, events } = await openWatch();
    seen.calls = ["a", "b", "c"].map((model, index) => ({ ...quietCalls, model, unknownPrices: index }));
    await look();
    expect(events).toMatchObject([{ type: "alert.fired", alert: { subject: "c, b", value: 2 } }]);
  });
});

describe("what conea.yaml changes", () => {
  it("moves a threshold", async () => {
    const { look, see, told } = await openWatch({ "queue-length": { above: 10, forMinutes: 0 } });
    see({ ready: 11 });
    await look();
    expect(told()).toEqual(["queue-length alert.fired"]);
  });

  it("switches a rule off, and ends what it had said", async () => {
    const { deps, look, see, sources, told } = await openWatch();
    see({ ready: 5_000 });
    await look(6);
    await watchAlerts({ ...deps, config: { alerts: { "queue-length": { disabled: true } } } }, sources);
    expect(told()).toEqual(["queue-length alert.fired", "queue-length alert.resolved"]);
  });
});

describe("alerts", () => {
  it("are told once by two sweeps at the same moment", async () => {
    const { deps, look, see, sources, told } = await openWatch();
    see({ isResting: true });
    await look();
    await Promise.all([watchAlerts(deps, sources), watchAlerts(deps, sources)]);
    expect(told()).toEqual(["breaker-open alert.fired"]);
  });

  it("are told by the next sweep when nobody took them", async () => {
    const { deps, look, see, told } = await openWatch();
    const failing = { ...deps, events: { publish: async () => Promise.reject(new Error("down")) } };
    see({ isResting: true });
    await look();
    await watchAlerts(failing, {
      queues: async () => [{ id: "openai", ready: 0, oldestWaitSeconds: 0, isResting: true }],
      recent: async () => [],
      budgets: async () => [],
    });
    expect(told()).toEqual([]);
    expect(await publishUntoldAlerts(deps)).toBe(1);
    expect(told()).toEqual(["breaker-open alert.fired"]);
    expect(await publishUntoldAlerts(deps)).toBe(0);
  });

  it("stay as they are while their rule cannot be measured, and others go on", async () => {
    const { look, see, seen, sources, told } = await openWatch();
    see({ isResting: true });
    await look(2);
    sources.queues = async () => Promise.reject(new Error("the store is unavailable"));
    seen.budgets = [{ tenant: "acme", percent: 99 }];
    expect(await look()).toMatchObject({ failed: 4, resolved: 0, fired: 1 });
    expect(told()).toEqual(["breaker-open alert.fired", "budget alert.fired"]);
  });

  it("are logged for Cloud Monitoring while they are above, and no longer", async () => {
    const { look, see, lines } = await openWatch();
    see({ ready: 1_500 });
    await look();
    see({ ready: 0 });
    await look();
    expect(lines.filter(({ sentence }) => sentence === "alert measured").map(({ fields }) => fields)).toEqual(
      [{ rule: "queue-length", value: 1_500, subject: "openai" }],
    );
  });

  it("are acknowledged by an administrator, once", async () => {
    const { deps, look, see, told } = await openWatch();
    see({ isResting: true });
    await look(2);
    const { alerts } = await listAlerts(deps, root, page);
    const id = alerts[0]?.id ?? "";
    expect(await acknowledgeAlert(deps, root, id)).toMatchObject({ acknowledgedBy: "root", state: "firing" });
    await acknowledgeAlert(deps, { ...root, user: "other" }, id);
    expect((await findAlert(deps, root, id)).data.acknowledgedBy).toBe("root");
    expect(told()).toEqual(["breaker-open alert.fired", "breaker-open alert.acknowledged"]);
    await expect(acknowledgeAlert(deps, { ...root, role: "user" }, id)).rejects.toMatchObject({
      code: "forbidden",
    });
    see({ isResting: false });
    await look();
    await expect(acknowledgeAlert(deps, root, id)).rejects.toMatchObject({ code: "conflict" });
  });

  it("of one tenant's money are nobody else's to see", async () => {
    const { deps, look, seen } = await openWatch();
    seen.budgets = [{ tenant: "umbrella", percent: 99 }];
    await look();
    expect((await listAlerts(deps, stranger, page)).alerts).toEqual([]);
    const { alerts } = await listAlerts(deps, { ...stranger, tenant: "umbrella" }, page);
    expect(alerts).toHaveLength(1);
    await expect(findAlert(deps, stranger, alerts[0]?.id ?? "")).rejects.toMatchObject({ code: "not_found" });
  });

  it("are not told twice when the store reports a conflict", async () => {
    const { deps, look, see, sources, told } = await openWatch();
    see({ isResting: true });
    await look();
    const commit = async () => Promise.reject(new PreconditionFailed("somebody was faster"));
    await watchAlerts({ ...deps, documents: { ...deps.documents, commit } }, sources);
    expect(told()).toEqual([]);
  });
});
