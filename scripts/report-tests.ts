import { readFileSync } from "node:fs";
import { countTests, findObjections, type TestReport, toCountLine } from "./count-tests.ts";

const usage = `Ends with the line that counts tests. Usage: node scripts/report-tests.ts REPORT
  REPORT  the file that vitest's JSON reporter wrote; an empty or missing one counts as no test`;

function main([path]: string[]): number {
  if (!path || path === "--help") {
    console.log(usage);
    return path ? 0 : 2;
  }
  const count = countTests(readReport(path));
  const objections = findObjections(count, process.env.CI === "true");
  for (const objection of objections) console.error(objection);
  console.log(toCountLine(count));
  return objections.length > 0 ? 1 : 0;
}

function readReport(path: string): TestReport {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return { testResults: [] };
  }
}

process.exitCode = main(process.argv.slice(2));
