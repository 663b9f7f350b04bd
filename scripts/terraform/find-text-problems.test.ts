import { describe, expect, it } from "vitest";
import { findTextProblems, findUnlistedVariables } from "./find-text-problems.ts";

const variable = (name: string, description: string) =>
  `variable "${name}" {\n  description = "${description}"\n  type        = string\n}\n`;
const find = (...blocks: string[]) => findTextProblems("variables.tf", blocks.join("\n"));

describe("findTextProblems", () => {
  it("has nothing against sentences in the order of the alphabet", () => {
    expect(find(variable("database", "Name of it."), variable("region", "Where conea.yaml runs."))).toEqual(
      [],
    );
  });

  it("names what stands after its place", () => {
    expect(find(variable("region", "Where it runs."), variable("database", "Name of it."))).toEqual([
      'variables.tf: variable "database" stands after "region": the order is that of the alphabet.',
    ]);
  });

  it.each(["", "Name", "name of the database.", "Name of it. There is one."])(
    "does not take %j for a description",
    (description) => {
      expect(find(variable("database", description))).toEqual([
        'variables.tf: variable "database" is not described in one sentence.',
      ]);
    },
  );

  it("finds an output without a description", () => {
    expect(find('output "url" {\n  value = 1\n}')).toHaveLength(1);
  });
});

describe("findUnlistedVariables", () => {
  it("misses rows and variables", () => {
    const variables = variable("database", "Name of it.") + variable("region", "Where it runs.");
    const readme =
      "| variable | meaning |\n| --- | --- |\n| `region` | where |\n| `zone` | where exactly |\n";
    expect(findUnlistedVariables(variables, readme)).toEqual([
      'README.md has no row for the variable "database".',
      'README.md has a row for "zone", which is no variable.',
    ]);
  });
});
