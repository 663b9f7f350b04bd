import type { Rule } from "./layers.ts";

const vendorPackages = {
  openai: /^openai(\/|$)/,
  anthropic: /^@anthropic-ai\//,
  gemini: /^@google\/genai(\/|$)/,
  unsplash: /^unsplash-js(\/|$)/,
};

/** Files of `within` neither import `packages` nor contain `code` (comments aside). */
export const contentRules: (Rule & { bans: { within: RegExp; packages?: RegExp; code?: RegExp }[] })[] = [
  {
    id: "vendor-packages",
    bans: Object.entries(vendorPackages).map(([vendor, packages]) => ({
      within: new RegExp(`^(?!shared/providers/${vendor}/|local/rehearsal/|tests/|bench/)`),
      packages,
    })),
    reason: "A vendor's package stays in that vendor's folder, so that a change of it changes one folder.",
    instead: "Call the vendor through Provider.",
  },
  {
    id: "google-packages",
    bans: [
      {
        within: /^(?!shared\/platform\/google\/)/,
        packages: /^@google-cloud\/(?!functions-framework)|^firebase-admin(\/|$)/,
      },
    ],
    reason: "Google is behind the ports, so that everything runs without it.",
    instead: "Use the port, or extend its Google side in shared/platform/google/.",
  },
  {
    id: "functions-framework",
    bans: [
      {
        within: /^(?!functions\/[^/]+\/index\.ts$|shared\/http\/functions-framework[^/]*$)/,
        packages: /^@google-cloud\/functions-framework/,
      },
    ],
    reason: "Handlers take a Request and give a Response, whoever received it.",
    instead: "Register the function in functions/<name>/index.ts.",
  },
  {
    id: "no-environment",
    bans: [
      { within: /^shared\//, code: /\bprocess\??\s*(\.\s*env\b|\[\s*["'`]env)/, packages: /^node:process$/ },
    ],
    reason: "Settings are read once, from an argument, and a bad one stops the start.",
    instead: "Add a setting to shared/config/settings.ts and take its value as an argument.",
  },
  {
    id: "blobs-of-a-kind",
    bans: [{ within: /^(?!shared\/platform\/|tests\/|bench\/)/, code: /\bblobs\s*\.\s*put\s*\(/ }],
    reason: "A blob of no known kind would have no end.",
    instead: "Store it by putBlob, under a kind of shared/platform/blob-kinds.ts.",
  },
  {
    id: "no-server",
    bans: [
      {
        within: /^shared\//,
        code: /\b(createServer|createSecureServer|createAdaptorServer)\b|\{[^}]*\bserve\b[^}]*\}\s*from\s*"@hono\/node-server"/,
      },
    ],
    reason: "The product is called; whoever runs it decides on which port.",
    instead: "Open the server in local/, or let the Functions Framework do it.",
  },
];
