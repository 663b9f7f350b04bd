import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MissingTool } from "../../tests/emulators/missing-tool.ts";
import { type Child, startChild } from "./start-child.ts";
import { wholeAnswer } from "./vendor-answer.ts";

/** How a chat is answered: at once and whole, streamed as fast as it goes, or streamed with 20 ms after the first event. */
export const answerKinds = ["whole", "streamed", "paced"] as const;
export type AnswerKind = (typeof answerKinds)[number];

export type Vendors = {
  /** Each is the base of an OpenAI-compatible server: `/chat/completions` comes after it. */
  urls: Record<AnswerKind, string>;
  pids: Record<AnswerKind, number>;
  close(): Promise<void>;
};

/** The vendor behind the gateways, cheaper than any of them. Throws `MissingTool` without nginx. */
export async function startVendors(): Promise<Vendors> {
  const nginx = findNginx();
  const folder = await mkdtemp(join(tmpdir(), "conea-bench-vendor-"));
  const whole = await startNginx(nginx, folder);
  const streamed = await startChild({ args: () => [join(import.meta.dirname, "stream-vendor.ts")] });
  return {
    urls: { whole: `${whole.url}/v1`, streamed: `${streamed.url}/v1`, paced: `${streamed.url}/paced/v1` },
    pids: { whole: whole.pid, streamed: streamed.pid, paced: streamed.pid },
    async close() {
      await whole.close();
      await streamed.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function findNginx(): string {
  const places = ["nginx", "/usr/sbin/nginx"];
  const found = places.find((place) => !spawnSync(place, ["-v"]).error);
  if (found) return found;
  throw new MissingTool("nginx is not on this machine; Debian has it as nginx-light");
}

function startNginx(nginx: string, folder: string): Promise<Child> {
  const file = join(folder, "nginx.conf");
  const args = async (port: number) => {
    await writeFile(file, toConfig(port, folder));
    return ["-p", folder, "-c", file, "-e", "stderr"];
  };
  return startChild({ program: nginx, args });
}

/** One process, nothing written, and the same answer to every chat. */
function toConfig(port: number, folder: string): string {
  const kept = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  const folders = kept.map((name) => `${name}_temp_path ${join(folder, name)};`).join("\n");
  return `daemon off;
master_process off;
pid ${join(folder, "nginx.pid")};
error_log stderr;
events { worker_connections 1024; }
http {
  access_log off;
  keepalive_requests 1000000000;
  keepalive_timeout 600s;
  ${folders}
  server {
    listen 127.0.0.1:${port};
    location /v1/chat/completions { default_type application/json; return 200 '${wholeAnswer}'; }
  }
}
`;
}
