import { z } from "zod";
import { SettingsError } from "./settings-error.ts";

const Path = z.string().regex(/^(?=.*\S)\P{Cc}+$/u);
const Port = z
  .string()
  .regex(/^\d{1,5}$/)
  .transform(Number)
  .pipe(z.int().max(65_535));
/** What stands where a setting may be left out. */
const absent = z.literal("").transform((): undefined => undefined);
const orAbsent = <T extends z.ZodType>(schema: T) => z.union([absent, schema]);
/** Without encryption on this machine only. */
const Address = z
  .url({ protocol: /^https?$/, abort: true })
  .refine((url) => /^(https:\/\/|http:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/])/.test(`${url}/`))
  .refine((url) => !/\/\/[^/?#]*@|[?#]/.test(url));
const Days = z
  .string()
  .regex(/^\d{1,5}$/)
  .transform(Number)
  .pipe(z.int().min(1).max(36_500));
const StandIn = z.string().regex(/^(127\.0\.0\.1|localhost|\[::1\]):\d{1,5}$/);
const Ratio = z
  .string()
  .regex(/^(0|1|0?\.\d{1,6}|1\.0{1,6})$/)
  .transform(Number);

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
  blobDays: {
    variable: "CONEA_BLOB_DAYS",
    schema: orAbsent(Days),
    takes: "a whole number of days from 1 to 36500",
    unset: "",
    about:
      "After how many days the embedded platform deletes files; empty for never, but for what ends by itself. On Google `blobs.days` of Terraform says so.",
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
  platform: {
    variable: "CONEA_PLATFORM",
    schema: z.enum(["embedded", "google"]),
    takes: "embedded or google",
    unset: "embedded",
    about: "What a deployed function stands on; `npm start` is always embedded.",
  },
  project: {
    variable: "CONEA_PROJECT",
    schema: orAbsent(z.string().regex(/^([a-z0-9.-]+:)?[a-z][a-z0-9-]{2,28}[a-z0-9]$/)),
    takes: "a project id",
    unset: "",
    about: "Google Cloud project.",
  },
  region: {
    variable: "CONEA_REGION",
    schema: orAbsent(z.string().regex(/^[a-z]+-[a-z]+\d{1,2}$/)),
    takes: "a region such as europe-west1",
    unset: "",
    about: "Where the Cloud Tasks queues are.",
  },
  database: {
    variable: "CONEA_DATABASE",
    schema: z.string().regex(/^(\(default\)|[a-z][a-z0-9-]{2,61}[a-z0-9])$/),
    takes: "(default) or a database id",
    unset: "(default)",
    about: "Firestore database.",
  },
  workerUrl: {
    variable: "CONEA_WORKER_URL",
    schema: orAbsent(Address),
    takes: "an https address, or http on this machine, without user, password, query or fragment",
    unset: "",
    about: "Where wakes are delivered: the function `worker`.",
  },
  webhooksUrl: {
    variable: "CONEA_WEBHOOKS_URL",
    schema: orAbsent(Address),
    takes: "an https address, or http on this machine, without user, password, query or fragment",
    unset: "",
    about: "Where wakes of webhook endpoints are delivered: the function `run-webhooks`.",
  },
  senderUrl: {
    variable: "CONEA_SENDER_URL",
    schema: orAbsent(Address),
    takes: "an https address, or http on this machine, without user, password, query or fragment",
    unset: "",
    about: "What makes the calls to webhook endpoints: the function `deliver-webhook`.",
  },
  wakesServiceAccount: {
    variable: "CONEA_WAKES_SERVICE_ACCOUNT",
    schema: orAbsent(z.string().regex(/^[a-z0-9][a-z0-9.-]*@[a-z0-9.-]+\.gserviceaccount\.com$/)),
    takes: "the address of a service account",
    unset: "",
    about: "As whom Cloud Tasks calls the worker.",
  },
  topic: {
    variable: "CONEA_TOPIC",
    schema: z.string().regex(/^[A-Za-z][\w.~+%-]{2,254}$/),
    takes: "the name of a topic",
    unset: "task-events",
    about: "Pub/Sub topic of the events of tasks.",
  },
  bucket: {
    variable: "CONEA_BUCKET",
    schema: orAbsent(z.string().regex(/^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/)),
    takes: "the name of a bucket",
    unset: "",
    about: "Cloud Storage bucket of uploads and large inputs and results.",
  },
  firestoreEndpoint: {
    variable: "FIRESTORE_EMULATOR_HOST",
    schema: orAbsent(StandIn),
    takes: "host:port on this machine",
    unset: "",
    about: "A stand-in for Firestore; empty for Google's own.",
  },
  tasksEndpoint: {
    variable: "CONEA_TASKS_ENDPOINT",
    schema: orAbsent(StandIn),
    takes: "host:port on this machine",
    unset: "",
    about: "A stand-in for Cloud Tasks; empty for Google's own.",
  },
  secretsEndpoint: {
    variable: "CONEA_SECRETS_ENDPOINT",
    schema: orAbsent(StandIn),
    takes: "host:port on this machine",
    unset: "",
    about: "A stand-in for Secret Manager; empty for Google's own.",
  },
  traceEndpoint: {
    variable: "CONEA_TRACE_ENDPOINT",
    schema: orAbsent(Address),
    takes: "an https address, or http on this machine, without user, password, query or fragment",
    unset: "",
    about:
      "Where spans go, by OTLP over HTTP (`…/v1/traces`); empty for Cloud Trace on Google, and for nowhere embedded.",
  },
  traceRatio: {
    variable: "CONEA_TRACE_RATIO",
    schema: Ratio,
    takes: "a number from 0 to 1",
    unset: "0.1",
    about: "Share of the requests whose spans are kept, where the caller's `traceparent` does not decide.",
  },
} as const;

type Name = keyof typeof settings;
export type Settings = { [N in Name]: z.output<(typeof settings)[N]["schema"]> };

/** Reads every setting from the environment given. An empty variable counts as unset. Throws `SettingsError`. */
export function readSettings(environment: Record<string, string | undefined>): Settings {
  const names = Object.keys(settings) as Name[];
  const read = Object.fromEntries(names.map((name) => [name, readSetting(name, environment)])) as Settings;
  if (read.platform === "google") requireGoogle(read);
  return read;
}

const neededOnGoogle = ["project", "region", "workerUrl", "wakesServiceAccount", "bucket"] as const;
export type GoogleSettings = Settings & Record<(typeof neededOnGoogle)[number], string>;

/** The settings as the Google platform needs them. Throws `SettingsError` where one is unset. */
export function requireGoogle(read: Settings): GoogleSettings {
  const missing = neededOnGoogle.find((name) => read[name] === undefined);
  if (!missing) return read as GoogleSettings;
  const { variable, takes, about } = settings[missing];
  throw new SettingsError(
    `The setting ${variable} must be set where CONEA_PLATFORM is google, to ${takes}. ${about}`,
  );
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
