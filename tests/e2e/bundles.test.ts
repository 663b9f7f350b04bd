import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fromParsedText, parsedPath } from "../../shared/config/parsed-config.ts";
import { readConfig } from "../../shared/config/read-config.ts";
import { anEvent } from "../../shared/platform/events.contract.ts";
import { type Bundles, buildBundles } from "./start-bundle.fixture.ts";

let bundles: Bundles;
beforeAll(async () => {
  bundles = await buildBundles();
}, 60_000);
afterAll(() => bundles.close());

const google = {
  CONEA_PLATFORM: "google",
  CONEA_PROJECT: "demo-project",
  CONEA_REGION: "europe-west1",
  CONEA_WORKER_URL: "https://worker-abc.a.run.app",
  CONEA_WAKES_SERVICE_ACCOUNT: "wakes@demo-project.iam.gserviceaccount.com",
  CONEA_BUCKET: "demo-project-files",
};

/** The sources, by their maps, of all files of a bundle that its start loads. */
async function sourcesLoadedBy(name: string, environment: Record<string, string>): Promise<string[]> {
  const watch = `
    import { registerHooks } from "node:module";
    registerHooks({ load(url, context, next) { console.log(url); return next(url, context); } });
    await import("./index.js");
    process.exit(0);`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", watch], {
    cwd: join(bundles.folder, "dist", name),
    env: { PATH: process.env.PATH, ...environment },
  });
  const own = stdout.split("\n").filter((url) => url.startsWith("file:") && url.includes(`/dist/${name}/`));
  const maps = await Promise.all(own.map((url) => readFile(new URL(`${url}.map`), "utf8")));
  return maps.flatMap((map) => JSON.parse(map).sources as string[]);
}

describe("built functions on the Functions Framework", () => {
  it("api answers its health, refuses strangers, and reads bodies the framework has read already", async () => {
    const { url } = await bundles.start("api");
    expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: "ok" });
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    expect((await fetch(`${url}/v1/tasks`)).status).toBe(401);
    const local = { Authorization: "Bearer local-dev-key" };
    expect((await fetch(`${url}/v1/tasks`, { headers: local })).status).toBe(401);
    expect((await fetch(`${url}/v1/tasks`, { method: "PUT" })).status).toBe(405);
    const document = (await (await fetch(`${url}/openapi.json`)).json()) as { openapi: string };
    expect(document.openapi).toBe("3.1.0");
  });

  it("openai answers its health, and refuses strangers as OpenAI does", async () => {
    const { url } = await bundles.start("openai");
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    const models = await fetch(`${url}/openai/v1/models`);
    expect([models.status, await models.json()]).toMatchObject([401, { error: { code: "invalid_api_key" } }]);
    const messages = await fetch(`${url}/anthropic/v1/messages`, { method: "POST" });
    expect([messages.status, await messages.json()]).toMatchObject([401, { type: "error" }]);
  });

  it("worker takes a wake and refuses what is none", async () => {
    const { url } = await bundles.start("worker");
    const post = (body: string) =>
      fetch(url, { method: "POST", headers: { "Content-Type": "application/json" }, body });
    expect((await post('{"queue":"openai","reason":"ready"}')).status).toBe(204);
    expect((await post('{"queue":"openai"}')).status).toBe(422);
    expect((await fetch(url)).status).toBe(405);
    expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: "ok" });
    expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ status: "ok" });
  });

  it("cron-sweep answers with what it repaired", async () => {
    const { url } = await bundles.start("cron-sweep");
    const answer = await fetch(url, { method: "POST" });
    expect(await answer.json()).toMatchObject({ lost: 0, expired: 0, promoted: 0, queues: 4, failed: 0 });
  });

  it("on-task-event takes a push, run-webhooks a wake of an endpoint, deliver-webhook a call, and each refuses what is none", async () => {
    const post = async (name: string, body: object, environment = {}) => {
      const { url } = await bundles.start(name, environment);
      const headers = { "Content-Type": "application/json" };
      const send = (body: object) => fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
      const [taken, refused] = [await send(body), await send({ wrong: true })];
      expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ status: "ok" });
      return [taken.status, refused.status, await taken.text()];
    };
    const data = Buffer.from(JSON.stringify(anEvent())).toString("base64");
    const push = { message: { messageId: "1", data }, subscription: "s" };
    expect(await post("on-task-event", push)).toEqual([204, 422, ""]);
    const wake = { queue: "webhooks", endpoint: "endpoint_x", reason: "ready" };
    expect(await post("run-webhooks", wake)).toEqual([204, 422, ""]);
    const outgoing = { url: "https://169.254.169.254/", headers: {}, body: "{}" };
    // As it is deployed: on Google, with a setting for everything and a right to nothing.
    const [status, refused, text] = await post("deliver-webhook", outgoing, google);
    expect([status, refused, JSON.parse(String(text))]).toMatchObject([200, 422, { failure: "denied" }]);
  });

  it("stops a start of run-webhooks on Google without a sender", async () => {
    await expect(bundles.start("run-webhooks", google)).rejects.toThrow(
      /^run-webhooks exited with 1: The setting CONEA_SENDER_URL must be set[^\n]*\n$/,
    );
  });

  it.each(["api", "openai", "worker", "cron-sweep", "on-task-event", "deliver-webhook"])(
    "%s starts on Google's settings without reaching for Google",
    async (name) => {
      const { url, output } = await bundles.start(name, google);
      expect((await fetch(`${url}/healthz`)).status).toBe(200);
      expect(output()).toBe("");
    },
  );

  it("stops a start on Google without a setting it needs, with the sentence that names it and nothing else", async () => {
    await expect(bundles.start("worker", { ...google, CONEA_PROJECT: "" })).rejects.toThrow(
      /^worker exited with 1: The setting CONEA_PROJECT must be set where CONEA_PLATFORM is google[^\n]*\n$/,
    );
  });
});

describe("a bundle", () => {
  it("brings its conea.yaml, ready parsed", async () => {
    const file = join(bundles.folder, "dist/worker/conea.yaml");
    const text = await readFile(file, "utf8");
    expect(text).toBe(await readFile("conea.yaml", "utf8"));
    const parsed = fromParsedText(await readFile(parsedPath(file), "utf8"), text);
    expect(parsed).toStrictEqual(readConfig(text, "conea.yaml"));
  });

  it.each(["api", "openai", "worker", "cron-sweep"])(
    "of %s starts without a vendor's SDK, Google's clients, the embedded platform, YAML and translations",
    (name) => {
      const files = bundles.built.find((bundle) => bundle.name === name)?.startFiles ?? [];
      expect(files).toContainEqual(expect.stringContaining("shared/tasks/create-conea.ts"));
      const unwanted =
        /node_modules\/(openai|@anthropic-ai|@google\/genai|unsplash-js|@google-cloud|google-|@grpc|@opentelemetry|yaml|sorted-btree|zod-openapi)\/|zod\/v4\/locales\/(?!en\.js)|platform\/(embedded|google)\/|config\/(read-config|conea-config)\.ts|providers\/(openai|anthropic|gemini|unsplash)\//;
      expect(files.filter((file) => unwanted.test(file))).toEqual([]);
    },
  );

  it.each(["api", "openai", "worker", "cron-sweep"])(
    "of %s opens Google's platform without loading a client",
    async (name) => {
      const sources = await sourcesLoadedBy(name, google);
      expect(sources).toContainEqual(expect.stringMatching(/platform\/google\/open-google-platform\.ts$/));
      const unwanted =
        /node_modules\/(@google-cloud|google-|@grpc|@opentelemetry|sorted-btree)|platform\/embedded\/|config\/conea-config\.ts/;
      expect(sources.filter((source) => unwanted.test(source))).toEqual([]);
    },
  );

  it("loads nothing from outside but the Functions Framework", async () => {
    const manifest = JSON.parse(await readFile(join(bundles.folder, "dist/worker/package.json"), "utf8"));
    expect(Object.keys(manifest.dependencies)).toEqual(["@google-cloud/functions-framework"]);
  });
});
