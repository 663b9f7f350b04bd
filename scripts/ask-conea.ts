import type { z } from "zod";
import { Problem } from "../shared/api/problem.ts";

const timeoutMs = 280_000;

/** Which Conea a command speaks to. */
export type Target = { url: string; key: string };

/** What `CONEA_URL` and `CONEA_API_KEY` say, or where `npm start` listens. */
export function toTarget(environment: NodeJS.ProcessEnv): Target {
  const { CONEA_URL: url = "http://127.0.0.1:8080", CONEA_API_KEY: key = "local-dev-key" } = environment;
  return { url, key };
}

/** Posts to a running Conea. Throws a sentence that says what to do when there is none, or when it refuses. */
export async function askConea<T extends z.ZodType>(
  { url, key }: Target,
  path: string,
  { body, schema }: { body: object; schema: T },
): Promise<z.infer<T>> {
  const answer = await send(url, path, {
    method: "POST",
    headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(timeoutMs),
  });
  const got: unknown = await answer.json().catch(() => undefined);
  const parsed = schema.safeParse(got);
  if (answer.ok && parsed.success) return parsed.data;
  const problem = Problem.safeParse(got);
  if (problem.success) throw new Error(`Conea at ${url} refused: ${problem.data.detail}`);
  throw new Error(
    `What is at ${url} answered ${answer.status} and is no Conea that knows ${path}; set CONEA_URL.`,
  );
}

async function send(url: string, path: string, init: RequestInit): Promise<Response> {
  if (!URL.canParse(url)) throw new Error(`CONEA_URL is no address: ${url}`);
  try {
    return await fetch(new URL(path, url), init);
  } catch (cause) {
    throw new Error(`Conea does not answer at ${url}; is it running, and is CONEA_URL right?`, { cause });
  }
}
