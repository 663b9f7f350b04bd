import type { ConeaConfig } from "../shared/config/conea-config.ts";
import { settingsTable } from "../shared/config/settings.ts";

/** Files made from the source, by path from the root. */
export function toGeneratedFiles(config: ConeaConfig): Record<string, string> {
  return { ".env.example": toEnvExample(config), "docs/settings.md": toSettingsPage(config) };
}

function toEnvExample(config: ConeaConfig): string {
  const settings = settingsTable.map(
    ({ variable, default: unset, takes, about }) => `# ${about} Takes ${takes}.\n# ${variable}=${unset}\n`,
  );
  const keys = toKeys(config).map(
    ({ name, providers }) =>
      `# Key of ${providers}; without it, npm start plays the vendor on this machine.\n# ${name}=\n`,
  );
  return [
    "# Settings and keys, with their defaults. Copy this file to .env, which npm start reads and git ignores.\n# Made by npm run fix from shared/config/settings.ts and conea.yaml.\n",
    ...settings,
    ...keys,
  ].join("\n");
}

function toSettingsPage(config: ConeaConfig): string {
  const settings = settingsTable.map(
    ({ variable, default: unset, takes, about }) =>
      `| \`${variable}\` | \`${unset}\` | ${takes} | ${about} |`,
  );
  const keys = toKeys(config).map(({ name, providers }) => `| \`${name}\` | ${providers} |`);
  return `# Settings

Made by \`npm run fix\` from \`shared/config/settings.ts\` and \`conea.yaml\`; a change here is overwritten.

Settings come from the environment. \`npm start\` also reads the file \`.env\` of the folder it is started in; where both
set a variable, the environment wins. An empty variable counts as unset. A bad one stops the start with a sentence
that names it.

| variable | default | takes | meaning |
| --- | --- | --- | --- |
${settings.join("\n")}

## Keys

\`conea.yaml\` names each provider's key as \`secret:NAME\`. NAME is looked up in the environment, then in \`secrets.json\` in
the data folder. These are the names in the default file.

| name | key of |
| --- | --- |
${keys.join("\n")}
`;
}

/** The secrets that the configuration refers to, each with the providers that use it. */
function toKeys(config: ConeaConfig): { name: string; providers: string }[] {
  const users = Map.groupBy(Object.entries(config.providers), ([, { apiKey }]) => apiKey);
  return [...users].map(([name, providers]) => ({
    name,
    providers: providers.map(([id, { kind }]) => `provider \`${id}\` (kind ${kind})`).join(", "),
  }));
}
