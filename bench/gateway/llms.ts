import { createRequire } from "node:module";

// @musistudio/llms as a process of its own: a provider for each vendor, and its log switched off.

const { PORT, VENDORS = "{}", PEER = "" } = process.env;
// Its other build does not load: it requires what a module may not.
const { default: Server } = createRequire(import.meta.url)(PEER);
const providers = Object.entries(JSON.parse(VENDORS)).map(([name, url]) => ({
  name,
  api_base_url: `${url}/chat/completions`,
  api_key: "bench",
  models: ["bench"],
}));
const server = new Server({
  initialConfig: { providers, PORT, HOST: "127.0.0.1", LOG: false },
  useJsonFile: false,
  logger: false,
});
await server.start();
