import type { LocalConea } from "./open-local.ts";

/** What a newcomer reads once the server is up: which providers are real, and a command that can be pasted. */
export function toWelcome({ url, config, rehearsed }: LocalConea, apiKey: string): string {
  const width = Math.max(...Object.keys(config.providers).map((id) => id.length));
  const providers = Object.keys(config.providers).map((id) => {
    const missing = rehearsed.get(id);
    const state = missing ? `rehearsed on this machine (set ${missing} to call it for real)` : "real";
    return `  ${id.padEnd(width)}  ${state}`;
  });
  return [...providers, "", "Submit a task and wait for its end:", "", toCurl(url, apiKey), ""].join("\n");
}

function toCurl(url: string, apiKey: string): string {
  const body = { type: "chat", input: { messages: [{ role: "user", content: "Say hello." }] } };
  return [
    `curl -s ${url}/v1/tasks \\`,
    `  -H 'Authorization: Bearer ${apiKey}' -H 'Content-Type: application/json' -H 'Prefer: wait=30' \\`,
    `  -d '${JSON.stringify(body)}'`,
  ].join("\n");
}
