/** The part of vitest's JSON report that is counted. */
export type TestReport = {
  testResults: {
    name: string;
    status: string;
    assertionResults: { fullName: string; status: string }[];
  }[];
};

export type TestCount = { passed: number; failed: number; skipped: string[] };

/** Counts by outcome. A file that failed without a failed test (it did not load, say) counts as one. */
export function countTests({ testResults }: TestReport): TestCount {
  const tests = testResults.flatMap((file) =>
    file.assertionResults.map(({ fullName, status }) => ({ name: `${file.name}: ${fullName}`, status })),
  );
  const brokenFiles = testResults.filter(
    ({ status, assertionResults }) => status === "failed" && !assertionResults.some(isFailed),
  );
  return {
    passed: tests.filter(({ status }) => status === "passed").length,
    failed: tests.filter(isFailed).length + brokenFiles.length,
    skipped: tests.filter((test) => test.status !== "passed" && !isFailed(test)).map(({ name }) => name),
  };
}

/** What speaks against this run, a sentence each. Empty when it is good. */
export function findObjections({ passed, failed, skipped }: TestCount, strict: boolean): string[] {
  return [
    ...(failed > 0 ? ["A test failed."] : []),
    ...(passed + failed === 0 ? ["No test ran."] : []),
    ...(strict ? skipped.map((name) => `Skipped, which is a failure under CI=true: ${name}`) : []),
  ];
}

export function toCountLine({ passed, failed, skipped }: TestCount): string {
  return `${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ""}`;
}

function isFailed({ status }: { status: string }): boolean {
  return status === "failed";
}
