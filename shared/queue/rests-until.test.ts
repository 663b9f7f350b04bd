import { describe, expect, it } from "vitest";
import { closedBreaker } from "./breaker.ts";
import { restsUntil } from "./rests-until.ts";

const open = { ...closedBreaker, state: "open" as const, openUntil: 20_000 };

describe("restsUntil", () => {
  it("rests while the breaker is open, and not a moment longer", () => {
    expect(restsUntil({ breaker: open, retryAfterUntil: 0 }, 19_999)).toBe(20_000);
    expect(restsUntil({ breaker: open, retryAfterUntil: 0 }, 20_000)).toBeUndefined();
  });

  it("rests during a long silence until what is left of it is short", () => {
    expect(restsUntil({ breaker: closedBreaker, retryAfterUntil: 60_000 }, 0)).toBe(55_000);
    expect(restsUntil({ breaker: closedBreaker, retryAfterUntil: 60_000 }, 55_000)).toBeUndefined();
    expect(restsUntil({ breaker: closedBreaker, retryAfterUntil: 5_000 }, 0)).toBeUndefined();
  });

  it("does not rest otherwise", () => {
    expect(restsUntil({ breaker: closedBreaker, retryAfterUntil: 0 }, 1)).toBeUndefined();
    expect(
      restsUntil({ breaker: { ...closedBreaker, state: "half_open" }, retryAfterUntil: 0 }, 1),
    ).toBeUndefined();
  });
});
