import { z } from "zod";
import { SettingsError } from "./settings-error.ts";

const settings = {
  PORT: {
    schema: z.coerce.number().int().min(0).max(65_535).default(8080),
    about: "Port to listen on; 0 picks a free one.",
  },
  CONEA_CONFIG: {
    schema: z.string().min(1).default("conea.yaml"),
    about: "Path of the file with providers and models.",
  },
  CONEA_DATA_DIR: {
    schema: z.string().min(1).default(".conea"),
    about: "Folder of the embedded platform: documents, files, secrets.",
  },
  CONEA_LOCAL_API_KEY: {
    schema: z.string().min(8).default("local-dev-key"),
    about: "Key of the administrator of tenant `local`, accepted on loopback only.",
  },
  CONEA_ENVIRONMENT: {
    schema: z.enum(["local", "production"]).default("local"),
    about: "`production` refuses rehearsed providers: every provider's key must be set.",
  },
  CONEA_LOG_LEVEL: {
    schema: z.enum(["debug", "info", "warning", "error"]).default("info"),
    about: "Least severity that is logged.",
  },
  CONEA_LOG_FORMAT: {
    schema: z.enum(["auto", "json", "text"]).default("auto"),
    about: "`json` for Cloud Logging, `text` for reading; `auto` is text on a terminal.",
  },
} as const;

const Settings = z.object({
  port: settings.PORT.schema,
  configPath: settings.CONEA_CONFIG.schema,
  dataDir: settings.CONEA_DATA_DIR.schema,
  localApiKey: settings.CONEA_LOCAL_API_KEY.schema,
  environment: settings.CONEA_ENVIRONMENT.schema,
  logLevel: settings.CONEA_LOG_LEVEL.schema,
  logFormat: settings.CONEA_LOG_FORMAT.schema,
});
export type Settings = z.infer<typeof Settings>;

const variableOf: Record<keyof Settings, keyof typeof settings> = {
  port: "PORT",
  configPath: "CONEA_CONFIG",
  dataDir: "CONEA_DATA_DIR",
  localApiKey: "CONEA_LOCAL_API_KEY",
  environment: "CONEA_ENVIRONMENT",
  logLevel: "CONEA_LOG_LEVEL",
  logFormat: "CONEA_LOG_FORMAT",
};

/** Reads every setting from the environment given. An empty variable counts as unset. Throws `SettingsError`. */
export function readSettings(environment: Record<string, string | undefined>): Settings {
  const values = Object.fromEntries(
    Object.entries(variableOf).map(([name, variable]) => [name, environment[variable] || undefined]),
  );
  const parsed = Settings.safeParse(values);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const variable = variableOf[issue?.path[0] as keyof Settings];
  throw new SettingsError(`The setting ${variable} is wrong: ${issue?.message}. ${settings[variable].about}`);
}

/** Name, default and meaning of each setting, for the generated table and `.env.example`. */
export const settingsTable = Object.entries(settings).map(([variable, { schema, about }]) => ({
  variable,
  default: String(schema.parse(undefined)),
  about,
}));
