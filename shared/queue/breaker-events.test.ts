import { describe, expect, it } from "vitest";
import type { BreakerEvent, Event } from "../api/events.ts";
import { totalCounts } from "../platform/count-documents.ts";
import { ProviderError } from "../providers/provider-error.ts";
import { admin, echo, openTestConea } from "../tasks/conea.fixture.ts";
import { confirmEnded } from "./confirm-ended.ts";
import { recover } from "./recover.ts";
import { resetBreaker } from "./reset-breaker.ts";
import { sweep } from "./sweep.ts";

const openMs = 10_000;

/** A provider that is down until it is told otherwise, behind a breaker that one failure opens. */
async function openFailing() {
  const vendor = { isDown: true };
  const test = await openTestConea({
    breaker: { failures: 1, successes: 1, openMs },
    retry: { attempts: 1 },
    provider: {
      chat: async (call) => {
        if (vendor.isDown) throw new ProviderError("overloaded");
        return (await echo.chat?.(call)) ?? Promise.reject(new Error("no chat"));
      },
    },
  });
  const fail = async () => {
    await test.submit();
    await test.clock.advance(1_000);
  };
  return { ...test, vendor, fail, told: () => breakerEvents(test.allEvents) };
}

function breakerEvents(events: Event[]): string[] {
  return events.flatMap((event) => ("breaker" in event ? [`${event.sequence} ${event.type}`] : []));
}

describe("the events of a breaker", () => {
  it("tell the operators' tenant when it opens, until when, and when it closes", async () => {
    const { fail, told, vendor, submit, clock, allEvents } = await openFailing();
    await fail();
    expect(told()).toEqual(["1 breaker.opened"]);
    const opened = allEvents.find((event): event is BreakerEvent => "breaker" in event);
    expect(opened).toMatchObject({ id: "breaker_main.1", tenant: "local", breaker: { queue: "main" } });
    const { time = "", breaker } = opened ?? {};
    expect(Date.parse(breaker?.openUntil ?? "") - Date.parse(time)).toBe(openMs);
    vendor.isDown = false;
    await submit();
    await clock.advance(openMs + 2_000);
    // What no sweep has marked as told comes again, with the same number.
    expect([...new Set(told())]).toEqual(["1 breaker.opened", "2 breaker.closed"]);
  });

  it("tell nothing of a breaker that is tried and opens again", async () => {
    const { fail, told, clock, submit } = await openFailing();
    await fail();
    await submit();
    await clock.advance(openMs + 5_000);
    expect(told()).toEqual(["1 breaker.opened"]);
  });

  it.each([
    ["resets it", resetBreaker],
    ["recovers", (deps: Parameters<typeof recover>[0]) => recover(deps, admin)],
  ] as const)("tell that it closed when an operator %s", async (_, act) => {
    const { conea, fail, told } = await openFailing();
    await fail();
    await act(conea, admin, "main");
    expect(told().at(-1)).toBe("2 breaker.closed");
    await act(conea, admin, "main");
    expect(new Set(told())).toEqual(new Set(["1 breaker.opened", "2 breaker.closed"]));
  });

  it("are told by the sweep where they could not be, in order, and only once", async () => {
    const { conea, fail, told, clock, counts } = await openFailing();
    const { publish } = conea.events;
    conea.events.publish = async (event) => {
      if ("breaker" in event) throw new Error("the publisher is down");
      return publish(event);
    };
    await fail();
    await resetBreaker(conea, admin, "main");
    expect(told()).toEqual([]);
    conea.events.publish = publish;
    await sweep(conea);
    expect(told()).toEqual(["1 breaker.opened", "2 breaker.closed"]);
    await clock.advance(200_000);
    await sweep(conea);
    const { writes } = totalCounts(counts);
    expect(await confirmEnded(conea, "main")).toBe(0);
    expect([told().length, totalCounts(counts).writes]).toEqual([2, writes]);
  });
});
