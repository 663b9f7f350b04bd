import { expect, it } from "vitest";
import type { Principal } from "../access/principal.ts";
import { ann, openAllowances } from "./allowances.fixture.ts";
import { createLimitBook } from "./limit-book.ts";
import { setLimits } from "./set-limits.ts";

const admin: Principal = { tenant: "acme", user: "root", role: "admin" };

it("holds what administrators set where conea.yaml says nothing", async () => {
  const deps = await openAllowances({});
  const book = createLimitBook(deps);
  expect(await book.of(ann)).toEqual([]);
  const set = async (scope: "user" | "tenant", scopeId: string, requests: `${number}/hour`) => {
    await setLimits({ ...deps, allowances: book }, admin, { scope, scopeId }, { requests });
    return (await book.of(ann)).map((limit) => [limit.scope, limit.count]);
  };
  expect(await set("user", "ann", "7/hour")).toEqual([["user", 7]]);
  expect(await set("tenant", "acme", "9/hour")).toEqual([
    ["user", 7],
    ["tenant", 9],
  ]);
});
