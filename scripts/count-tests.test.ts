import { describe, expect, it } from "vitest";
import { countTests, findObjections, toCountLine } from "./count-tests.ts";

const file = (name: string, status: string, ...statuses: string[]) => ({
  name,
  status,
  assertionResults: statuses.map((each, index) => ({ fullName: `test ${index}`, status: each })),
});
const run = (...testResults: ReturnType<typeof file>[]) => countTests({ testResults });

describe("countTests", () => {
  it("counts by outcome, over all files", () => {
    const count = run(
      file("a", "failed", "passed", "failed", "skipped"),
      file("b", "passed", "passed", "todo"),
    );
    expect(count).toEqual({ passed: 2, failed: 1, skipped: ["a: test 2", "b: test 1"] });
  });

  it("counts a file that did not load as a failure", () => {
    expect(run(file("a", "failed"))).toMatchObject({ passed: 0, failed: 1 });
    expect(run(file("a", "failed", "passed"))).toMatchObject({ passed: 1, failed: 1 });
  });
});

describe("toCountLine", () => {
  it("names skipped tests only when there are any", () => {
    expect(toCountLine(run(file("a", "passed", "passed")))).toBe("1 passed, 0 failed");
    expect(toCountLine(run(file("a", "passed", "passed", "skipped")))).toBe("1 passed, 0 failed, 1 skipped");
  });
});

describe("findObjections", () => {
  it("has none against a run in which all passed", () => {
    expect(findObjections(run(file("a", "passed", "passed")), true)).toEqual([]);
  });

  it("objects to a failed test and to a run without any", () => {
    expect(findObjections(run(file("a", "failed", "failed")), false)).toEqual(["A test failed."]);
    expect(findObjections(run(file("a", "passed", "skipped")), false)).toEqual(["No test ran."]);
  });

  it("objects to each skipped test where none may be", () => {
    const count = run(file("a", "passed", "passed", "skipped"));
    expect(findObjections(count, false)).toEqual([]);
    expect(findObjections(count, true)).toEqual(["Skipped, which is a failure under CI=true: a: test 1"]);
  });
});
