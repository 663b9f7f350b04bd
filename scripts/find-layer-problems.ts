import { posix } from "node:path";
import { contentRules } from "./content-rules.ts";
import { findCycles } from "./find-cycles.ts";
import { findImports, type Import, withoutComments } from "./find-imports.ts";
import {
  knownFolders,
  type Layer,
  layerRules,
  noCycles,
  places,
  type Rule,
  shortEntries,
  siblingRules,
  testFiles,
  testsObey,
  testsStayOut,
} from "./layers.ts";

/** Every file's text by its path from the root, with forward slashes. Only that of TypeScript files is looked at. */
export type Tree = ReadonlyMap<string, string>;

export type Problem = { rule: string; file: string; line: number; message: string };

export const rules: Rule[] = [
  ...layerRules,
  ...siblingRules,
  ...contentRules,
  testsStayOut,
  noCycles,
  knownFolders,
  shortEntries,
];

type Finding = { file: string; line: number; says: string; rule: Rule };
type Place = { layer: Layer; unit: string | undefined };

/** Where the tree breaks a rule, in the order of the tree. */
export function findLayerProblems(tree: Tree): Problem[] {
  const imports = new Map<string, Import[]>();
  for (const [file, text] of tree) if (isTypeScript(file)) imports.set(file, findImports(text));
  const findings = [
    ...[...tree.keys()].flatMap(findUnknownFolder),
    ...[...imports].flatMap(([file, found]) => found.flatMap((each) => findBadImport(file, each))),
    ...[...imports.keys()].flatMap((file) => findBadText(file, tree.get(file) ?? "")),
    ...findCircles(imports),
  ];
  return findings
    .filter(({ file, rule }) => !testFiles.test(file) || testsObey.includes(rule.id))
    .map(toProblem);
}

function findBadImport(file: string, { specifier, line }: Import): Finding[] {
  const found = (rule: Rule) => [{ file, line, says: `imports "${specifier}"`, rule }];
  if (!specifier.startsWith(".")) {
    const rule = contentRules.find(({ bans }) =>
      bans.some(({ within, packages }) => within.test(file) && packages?.test(specifier)),
    );
    return rule ? found(rule) : [];
  }
  const target = resolve(file, specifier);
  if (testFiles.test(target)) return found(testsStayOut);
  const rule = brokenBy(toPlace(file), toPlace(target));
  return rule ? found(rule) : [];
}

/** The rule that an import between these two places breaks. */
function brokenBy(from: Place | undefined, to: Place | undefined): Rule | undefined {
  if (!from || !to) return undefined;
  const siblings = siblingRules.find(
    ({ layers }) => layers.includes(from.layer) && layers.includes(to.layer),
  );
  if (siblings && from.unit !== to.unit) return siblings;
  const direction = layerRules.find(({ layers }) => layers.includes(from.layer));
  return direction?.may.includes(to.layer) ? undefined : direction;
}

function findBadText(file: string, text: string): Finding[] {
  const code = withoutComments(text);
  const findings: Finding[] = contentRules.flatMap((rule) =>
    rule.bans.flatMap((ban) => {
      const match = ban.within.test(file) ? ban.code?.exec(code) : undefined;
      return match ? [{ file, line: lineOf(code, match.index), says: `contains "${match[0]}"`, rule }] : [];
    }),
  );
  const lines = text.trimEnd().split("\n").length;
  if (toPlace(file)?.layer !== "entry" || lines <= shortEntries.lines) return findings;
  return [...findings, { file, line: lines, says: `has ${lines} lines`, rule: shortEntries }];
}

function findUnknownFolder(file: string): Finding[] {
  return toPlace(file)
    ? []
    : [{ file, line: 1, says: "is in a folder that nobody introduced", rule: knownFolders }];
}

function findCircles(imports: Map<string, Import[]>): Finding[] {
  const edges = new Map<string, string[]>();
  for (const [file, found] of imports) {
    const own = found.filter(({ specifier, typeOnly }) => specifier.startsWith(".") && !typeOnly);
    edges.set(
      file,
      own.map(({ specifier }) => resolve(file, specifier)),
    );
  }
  return findCycles(edges).map((cycle) => {
    const [file = "", next = ""] = cycle;
    const line = imports.get(file)?.find(({ specifier }) => resolve(file, specifier) === next)?.line ?? 1;
    return { file, line, says: `is in a circle: ${[...cycle, file].join(" → ")}`, rule: noCycles };
  });
}

function toPlace(file: string): Place | undefined {
  for (const { layer, files } of places) {
    const match = files.exec(file);
    if (match) return { layer, unit: match.groups?.unit };
  }
  return undefined;
}

function toProblem({ file, line, says, rule }: Finding): Problem {
  const message = `${file}:${line} ${says}, against the rule "${rule.id}". ${rule.reason} ${rule.instead}`;
  return { rule: rule.id, file, line, message };
}

function resolve(file: string, specifier: string): string {
  return posix.join(posix.dirname(file), specifier);
}

function lineOf(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}

function isTypeScript(file: string): boolean {
  return /\.[mc]?tsx?$/.test(file);
}
