import { execFile } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import type { Repriced } from "../shared/api/prices.ts";

const closings: (() => void)[] = [];
afterEach(() => {
  for (const close of closings.splice(0)) close();
});

const page = (afterMicros: number, rest: Partial<Repriced> = {}): Repriced => ({
  ...{ tasks: 2, changed: 1, skipped: 0 },
  models: [
    {
      ...{ provider: "openai", model: "gpt-5.5", attempts: 2 },
      ...{ beforeMicros: 1_000_000, afterMicros, unknownBefore: 1, unknownAfter: 0 },
    },
  ],
  ...rest,
});

/** A Conea that answers with these, one after the other, and what it was asked. */
async function openConea(...answers: [status: number, body: object][]) {
  const asked: { key: string | undefined; body: Record<string, unknown> }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    asked.push({ key: request.headers.authorization, body: JSON.parse(Buffer.concat(chunks).toString()) });
    const [status, body] = answers[asked.length - 1] ?? [500, {}];
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closings.push(() => server.close().closeAllConnections());
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

type Ran = { code: number; stdout: string; stderr: string };

async function run(url: string, ...args: string[]): Promise<Ran> {
  const env = { PATH: process.env.PATH, CONEA_URL: url, CONEA_API_KEY: "an-admin" };
  try {
    const ran = await promisify(execFile)(process.execPath, ["scripts/reprice.ts", ...args], { env });
    return { code: 0, ...ran };
  } catch (error) {
    return error as Ran;
  }
}

const period = ["--from", "2026-10-01", "--to", "2026-11-01"];

describe("npm run reprice", () => {
  it("adds up all pages, model by model, and changes nothing by itself", async () => {
    const { asked, url } = await openConea(
      [200, page(1_500_000, { nextCursor: "there" })],
      [200, page(250_000)],
    );
    const { code, stdout } = await run(url, ...period);
    expect(code).toBe(0);
    expect(stdout).toContain("openai/gpt-5.5  4 attempts: $2.000000 → $1.750000 (−$0.250000) unknown: 2 → 0");
    expect(stdout).toContain("2 of 4 tasks would be priced anew; --apply does it.");
    const body = { from: "2026-10-01T00:00:00.000Z", to: "2026-11-01T00:00:00.000Z", apply: false };
    expect(asked).toEqual([
      { key: "Bearer an-admin", body },
      { key: "Bearer an-admin", body: { ...body, cursor: "there" } },
    ]);
  });

  it("applies when told to, to one model of one provider", async () => {
    const { asked, url } = await openConea([200, page(1, { skipped: 3 })]);
    const { stdout } = await run(url, ...period, "--provider", "openai", "--model", "gpt-5.5", "--apply");
    expect(asked[0]?.body).toMatchObject({ provider: "openai", model: "gpt-5.5", apply: true });
    expect(stdout).toContain("1 of 2 tasks were priced anew.");
    expect(stdout).toContain("3 were being written by somebody else: run this again.");
  });

  it("says where to go on when it is interrupted, and goes on there", async () => {
    const problem = { type: "about:blank", title: "x", status: 503, code: "unavailable", detail: "Not now." };
    const broken = await openConea([200, page(1, { nextCursor: "there" })], [503, problem]);
    const { code, stderr } = await run(broken.url, ...period);
    expect([code, stderr.trim()]).toEqual([1, expect.stringMatching(/Go on with --cursor there$/)]);
    const { asked, url } = await openConea([200, page(1)]);
    await run(url, ...period, "--cursor", "there");
    expect(asked[0]?.body).toMatchObject({ cursor: "there" });
  });

  it("says in a sentence what is wrong", async () => {
    const nowhere = await run("http://127.0.0.1:1", ...period);
    expect([nowhere.code, nowhere.stderr]).toEqual([1, expect.stringContaining("does not answer")]);
    const noPeriod = await run("http://127.0.0.1:1", "--from", "soon");
    expect([noPeriod.code, noPeriod.stderr]).toEqual([1, expect.stringContaining("--from must be a day")]);
    expect((await run("http://127.0.0.1:1", "--help")).stdout).toContain("--apply");
  });
});
