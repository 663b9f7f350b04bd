import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { installPackages } from "../../tests/install-packages.ts";

const wanted = join(import.meta.dirname, "peers");

/** The gateways of peers/package.json, installed where they are not in the cache: 10 s, 100 MB. Throws `MissingTool`. */
export async function installPeers(): Promise<{ portkey: string; llms: string }> {
  const lock = await readFile(join(wanted, "package-lock.json"));
  const version = createHash("sha256").update(lock).digest("hex").slice(0, 12);
  const folder = await installPackages({ name: "gateway-peers", version, wanted });
  return {
    portkey: join(folder, "node_modules/@portkey-ai/gateway/build/start-server.js"),
    llms: join(folder, "node_modules/@musistudio/llms/dist/cjs/server.cjs"),
  };
}
