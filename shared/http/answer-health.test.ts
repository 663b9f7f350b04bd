import { describe, expect, it } from "vitest";
import type { Documents } from "../platform/documents.ts";
import { answerHealth } from "./answer-health.ts";

const own = async () => new Response("own", { status: 405 });
const ask = async (path: string, get: () => Promise<undefined>, method = "GET") => {
  const documents = { get } as unknown as Documents;
  const response = await answerHealth(own, { documents })(new Request(`http://f${path}`, { method }));
  return [response.status, await response.text()];
};
const answers = async () => undefined;
const fails = () => Promise.reject(new Error("gone"));

describe("answerHealth", () => {
  it("is alive without asking the store", async () => {
    expect(await ask("/healthz", fails)).toEqual([200, '{"status":"ok"}']);
  });

  it("is ready when the store answers, and not when it does not", async () => {
    expect(await ask("/readyz", answers)).toEqual([200, '{"status":"ok"}']);
    expect(await ask("/readyz", fails)).toEqual([503, '{"status":"unavailable"}']);
  });

  it("leaves everything else to the function", async () => {
    expect(await ask("/", answers)).toEqual([405, "own"]);
    expect(await ask("/healthz", answers, "POST")).toEqual([405, "own"]);
  });
});
