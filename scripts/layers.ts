/** A promise about the tree: why it is there, and what to do instead of breaking it. */
export type Rule = { id: string; reason: string; instead: string };

/** Where files stand, first match wins. A `unit` in the pattern tells siblings apart. */
export const places = [
  { layer: "core", files: /^shared\/core\// },
  { layer: "api", files: /^shared\/api\// },
  { layer: "config", files: /^shared\/config\// },
  { layer: "ports", files: /^shared\/platform\/[^/]+$/ },
  { layer: "platform", files: /^shared\/platform\/(?<unit>embedded|google)\// },
  { layer: "all-providers", files: /^shared\/providers\/create-provider\.ts$/ },
  { layer: "provider-contract", files: /^shared\/providers\/[^/]+$/ },
  { layer: "vendor", files: /^shared\/providers\/(?<unit>[^/]+)\// },
  {
    layer: "feature",
    files:
      /^shared\/(queue|tasks|access|events|routing|pricing|cache|allowances|webhooks|privacy|audit|analytics|chat|batches|prompts|alerts|notifications)\//,
  },
  { layer: "http", files: /^shared\/http\// },
  { layer: "opening", files: /^functions\/[^/]+\.ts$/ },
  { layer: "entry", files: /^functions\/(?<unit>[^/]+)\/index\.ts$/ },
  { layer: "function", files: /^functions\/(?<unit>[^/]+)\// },
  { layer: "local", files: /^local\// },
  { layer: "client", files: /^(?<unit>sdk|cli|console)\// },
  { layer: "tool", files: /^(scripts|\.ci|\.github)\/|^[^/]+$/ },
  { layer: "free", files: /^(tests|bench|docs|terraform|firebase)\// },
] as const;
export type Layer = (typeof places)[number]["layer"];

/** Files that are tests: only `testsObey` holds for them. */
export const testFiles = /\.(test|contract|fixture)\.tsx?$|\/fixtures\/|^(tests|bench)\//;
export const testsObey = ["vendor-packages", "no-cycles", "known-folders"];

const base = ["core", "api", "config", "ports", "provider-contract"] as const;
const product = [...base, "feature", "http"] as const;

/** Direction: files of `layers` import files of `may`, and nothing else of ours. Siblings: see `siblingRules`. */
export const layerRules: (Rule & { layers: Layer[]; may: Layer[] })[] = [
  {
    id: "core-alone",
    layers: ["core"],
    may: ["core"],
    reason: "The core is what everything stands on, so it stands on nothing of ours.",
    instead: "Pass what is needed as an argument, or move the code out of the core.",
  },
  {
    id: "api-on-core",
    layers: ["api"],
    may: ["core", "api"],
    reason: "Clients see the wire schemas, so these must not bring the server along.",
    instead: "Move the shared part into shared/api or shared/core.",
  },
  {
    id: "config-on-api",
    layers: ["config"],
    may: ["core", "api", "config"],
    reason: "Settings are read before anything else exists.",
    instead: "Move the shared part into shared/api or shared/core.",
  },
  {
    id: "ports-on-api",
    layers: ["ports"],
    may: ["core", "api", "ports"],
    reason: "A port states what the product needs of the world, not how it uses it.",
    instead: "State the need in the port's own words.",
  },
  {
    id: "provider-contract-on-ports",
    layers: ["provider-contract"],
    may: [...base],
    reason: "Every vendor and every feature sees the contract, so it names none of them.",
    instead:
      "Put what builds vendors into shared/providers/create-provider.ts and keep the contract general.",
  },
  {
    id: "features-on-ports",
    layers: ["feature"],
    may: [...base, "feature"],
    reason: "A feature works on any platform, with any vendor and behind any door.",
    instead: "Take the port or the Provider as an argument; the function or local/ passes it in.",
  },
  {
    id: "providers-on-features",
    layers: ["vendor"],
    may: [...base, "feature", "vendor"],
    reason: "A vendor is a translator around one call and knows no platform, door or function.",
    instead: "Take what is needed through ProviderOptions or ProviderCall.",
  },
  {
    id: "create-provider-on-vendors",
    layers: ["all-providers"],
    may: [...base, "vendor"],
    reason: "The one file that knows all vendors builds them and does nothing else.",
    instead: "Do the rest where the providers are used.",
  },
  {
    id: "platforms-on-features",
    layers: ["platform"],
    may: [...base, "feature", "platform"],
    reason: "A platform implements the ports and knows no vendor, door or function.",
    instead: "Let the function or local/ connect the two.",
  },
  {
    id: "http-on-features",
    layers: ["http"],
    may: [...product],
    reason: "A door works with whatever platform and vendors it is given.",
    instead: "Take the port or the Provider as an argument; the function or local/ passes it in.",
  },
  {
    id: "handlers-on-ports",
    layers: ["function"],
    may: [...product, "function"],
    reason: "A handler runs on every platform; only its index.ts chooses one.",
    instead: "Take the port as an argument and open the platform in functions/<name>/index.ts.",
  },
  {
    id: "entries-on-shared",
    layers: ["entry", "opening"],
    may: [...product, "all-providers", "platform", "opening", "function"],
    reason: "What is deployed is the product and not the tools around it.",
    instead: "Move what is needed into shared/ or into functions/.",
  },
  {
    id: "local-on-product",
    layers: ["local"],
    may: [...product, "all-providers", "vendor", "platform", "opening", "function", "local"],
    reason: "`npm start` runs what is deployed, not the tools and tests around it.",
    instead: "Move what is needed into shared/ or local/.",
  },
  {
    id: "clients-on-api",
    layers: ["client"],
    may: ["api", "client"],
    reason: "A client knows the server by its wire and by nothing else.",
    instead: "Move the shared part into shared/api.",
  },
  {
    id: "tools-on-product",
    layers: ["tool"],
    may: [...product, "all-providers", "tool"],
    reason: "Scripts read the product; they belong to no platform and no vendor.",
    instead: "Move what is needed into shared/ or scripts/.",
  },
];

/** Files of one layer in different units do not import each other. */
export const siblingRules: (Rule & { layers: Layer[] })[] = [
  {
    id: "vendors-apart",
    layers: ["vendor"],
    reason: "A vendor can be added or taken away without touching another.",
    instead: "Repeat the few lines, or move what is general into a file directly in shared/providers/.",
  },
  {
    id: "platforms-apart",
    layers: ["platform"],
    reason: "The two platforms are equals behind the ports, and one is never deployed with the other.",
    instead: "Move what is general into a file directly in shared/platform/.",
  },
  {
    id: "functions-apart",
    layers: ["entry", "function"],
    reason: "Each function is deployed alone.",
    instead: "Move what is shared into shared/.",
  },
  {
    id: "clients-apart",
    layers: ["client"],
    reason: "The console, the client package and the command line are published apart.",
    instead: "Move the shared part into shared/api, or depend on the published package.",
  },
];

export const testsStayOut: Rule = {
  id: "tests-stay-out",
  reason: "What is deployed does not carry its tests along.",
  instead: "Move what both need into a file of its own.",
};

export const noCycles: Rule = {
  id: "no-cycles",
  reason:
    "Files that import each other in a circle are one file in pieces, and start in an order nobody chose.",
  instead: "Move what both need into a third file, or import only types with `import type`.",
};

export const knownFolders: Rule = {
  id: "known-folders",
  reason: "A new folder needs a reason that one sentence can give.",
  instead: "Use a folder of the tree, or add the new one to `places` in scripts/layers.ts.",
};

export const shortEntries: Rule & { lines: number } = {
  id: "short-entries",
  lines: 15,
  reason:
    "An entry opens the platform and registers the handler; what is longer belongs where it can be tested.",
  instead: "Move the rest into functions/<name>/<name>.ts.",
};
