import { z } from "zod";
import { SettingsError } from "./settings-error.ts";

const Path = z.string().regex(/^(?=.*\S)\P{Cc}+$/u);
const Port = z
  .string()
  .regex(/^\d{1,5}$/)
  .transform(Number)
  .pipe(z.int().max(65_535));

/** Each setting: its variable, what it takes, what stands where it is unset, and what it is for. */
const settings = {
  port: {
    variable: "PORT",
    schema: Port,
    takes: "a whole number from 0 to 65535",
    unset: "8080",
    about: "Port to listen on; 0 picks a free one.",
  },
  configPath: {
    variable: "CONEA_CONFIG",
    schema: Path,
    takes: "a path",
    unset: "conea.yaml",
    about: "File with providers and models.",
  },
  dataDir: {
    variable: "CONEA_DATA_DIR",
    schema: Path,
    takes: "a path",
    unset: ".conea",
    about: "Folder of the embedded platform: documents, files, secrets.",
  },
  localApiKey: {
    variable: "CONEA_LOCAL_API_KEY",
    schema: z.string().regex(/^[\x21-\x7e]{8,}$/),
    takes: "at least 8 printable ASCII characters without spaces",
    unset: "local-dev-key",
    about: "Key of the administrator of tenant `local`, accepted on loopback only.",
  },
  environment: {
    variable: "CONEA_ENVIRONMENT",
    schema: z.enum(["local", "production"]),
    takes: "local or production",
    unset: "local",
    about: "`production` refuses rehearsed providers: every provider's key must be set.",
  },
  logLevel: {
    variable: "CONEA_LOG_LEVEL",
    schema: z.enum(["debug", "info", "warning", "error"]),
    takes: "debug, info, warning or error",
    unset: "info",
    about: "Least severity that is logged.",
  },
  logFormat: {
    variable: "CONEA_LOG_FORMAT",
    schema: z.enum(["auto", "json", "text"]),
    takes: "auto, json or text",
    unset: "auto",
    about: "`json` for Cloud Logging, `text` for reading; `auto` is text on a terminal.",
  },
} as const;

type Name = keyof typeof settings;
export type Settings = { [N in Name]: z.output<(typeof settings)[N]["schema"]> };

/** Reads every setting from the environment given. An empty variable counts as unset. Throws `SettingsError`. */
export function readSettings(environment: Record<string, string | undefined>): Settings {
  const names = Object.keys(settings) as Name[];
  return Object.fromEntries(names.map((name) => [name, readSetting(name, environment)])) as Settings;
}

function readSetting(name: Name, environment: Record<string, string | undefined>): Settings[Name] {
  const { variable, schema, takes, unset, about } = settings[name];
  const parsed = schema.safeParse(environment[variable] || unset);
  if (parsed.success) return parsed.data;
  throw new SettingsError(`The setting ${variable} must be ${takes}. ${about}`);
}

/** Name, what it takes, default and meaning of each setting, for the generated table and `.env.example`. */
export const settingsTable = Object.values(settings).map(({ variable, takes, unset, about }) => ({
  variable,
  takes,
  default: unset,
  about,
}));
