type Package = Partial<
  Record<"dependencies" | "devDependencies" | "optionalDependencies", Record<string, string>>
>;

/** A sentence for each dependency without its row, or with another version, in `docs/dependencies.md`, and for each row without one. */
export function findUnlisted(packageText: string, page: string): string[] {
  const { dependencies, devDependencies, optionalDependencies }: Package = JSON.parse(packageText);
  const declared = new Map(Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies }));
  const listed = new Map(
    [...page.matchAll(/^\| `([^`]+)` (\S+) \|/gm)].map(([, name = "", version]) => [name, version]),
  );
  return [
    ...[...declared]
      .filter(([name, version]) => listed.get(name) !== version)
      .map(
        ([name, version]) => `docs/dependencies.md lacks a row that starts with | \`${name}\` ${version} |`,
      ),
    ...[...listed.keys()]
      .filter((name) => !declared.has(name))
      .map((name) => `docs/dependencies.md lists ${name}, which package.json does not.`),
  ];
}
