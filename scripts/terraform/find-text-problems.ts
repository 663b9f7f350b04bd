const block = /^(variable|output) "([^"]+)" \{\n((?: .*\n|\n)*)\}/gm;

/** A sentence for each variable or output that is out of order or has no one-sentence description. */
export function findTextProblems(file: string, text: string): string[] {
  const blocks = [...text.matchAll(block)].map(([, kind = "", name = "", body = ""]) => ({
    kind,
    name,
    body,
  }));
  return blocks.flatMap(({ kind, name, body }, at) => {
    const says = `${file}: ${kind} "${name}"`;
    const previous = blocks[at - 1]?.name ?? "";
    return [
      ...(previous > name ? [`${says} stands after "${previous}": the order is that of the alphabet.`] : []),
      ...(isOneSentence(/^ {2}description = "(.*)"$/m.exec(body)?.[1])
        ? []
        : [`${says} is not described in one sentence.`]),
    ];
  });
}

/** A sentence for each variable that the README's table lacks, and for each row without a variable. */
export function findUnlistedVariables(variables: string, readme: string): string[] {
  const declared = [...variables.matchAll(block)].map(([, , name = ""]) => name);
  const listed = [...readme.matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, name = ""]) => name);
  return [
    ...declared
      .filter((name) => !listed.includes(name))
      .map((name) => `README.md has no row for the variable "${name}".`),
    ...listed
      .filter((name) => !declared.includes(name))
      .map((name) => `README.md has a row for "${name}", which is no variable.`),
  ];
}

function isOneSentence(text: string | undefined): boolean {
  return text !== undefined && /^[A-Z].{8,}\.$/.test(text) && !/[.!?] [A-Z]/.test(text);
}
