import { describe, expect, it } from "vitest";
import { type Call, ensureHostingSite } from "./ensure-hosting-site.ts";

type Answer = { status: number; body?: Record<string, unknown> };

/** Answers each call by the end of its address, and remembers the order; the last answer of a list is repeated. */
function rehearse(answers: Record<string, Answer[]>) {
  const calls: string[] = [];
  const call: Call = async (method, url) => {
    calls.push(`${method} ${url.replace(/^https:\/\/\w+\.googleapis\.com\/v1beta1\//, "")}`);
    const [, list] = Object.entries(answers).find(([end]) => calls.at(-1)?.endsWith(end)) ?? [];
    const { status, body = {} } = (list && (list.length > 1 ? list.shift() : list[0])) ?? { status: 404 };
    return { status, body };
  };
  let waits = 0;
  const wait = async () => {
    waits++;
  };
  return {
    calls,
    waits: () => waits,
    run: () => ensureHostingSite({ project: "demo", site: "web", call, wait }),
  };
}

const added = [{ status: 409 }];
const refused = (message: string) => [{ status: 403, body: { error: { message } } }];

describe("ensureHostingSite", () => {
  it("adds Firebase, waits until that is done, and makes the site", async () => {
    const { run, calls, waits } = rehearse({
      ":addFirebase": [{ status: 200, body: { name: "operations/1" } }],
      "operations/1": [
        { status: 200, body: { name: "operations/1" } },
        { status: 200, body: { done: true } },
      ],
      "sites?siteId=web": [{ status: 200 }],
    });
    await expect(run()).resolves.toBe("Made the site web.");
    expect(waits()).toBe(2);
    expect(calls.at(-1)).toBe("POST projects/demo/sites?siteId=web");
  });

  it("does nothing where both are there", async () => {
    const { run } = rehearse({
      ":addFirebase": added,
      "sites?siteId=web": added,
      "sites/web": [{ status: 200 }],
    });
    await expect(run()).resolves.toBe("The site web is there.");
  });

  it("says when the site is another project's", async () => {
    const { run } = rehearse({
      ":addFirebase": added,
      "sites?siteId=web": refused("Invalid name: `web` is already reserved"),
      "sites/web": [{ status: 404 }],
    });
    await expect(run()).rejects.toThrow("The site web cannot be made: Invalid name");
  });

  it("says why Firebase cannot be added, and makes no site", async () => {
    const { run, calls } = rehearse({ ":addFirebase": refused("The caller does not have permission") });
    await expect(run()).rejects.toThrow(
      "Firebase cannot be added to demo: The caller does not have permission",
    );
    expect(calls).toHaveLength(1);
  });

  it("says why adding Firebase failed at its end", async () => {
    const { run } = rehearse({
      ":addFirebase": [{ status: 200, body: { done: true, error: { message: "Terms not accepted" } } }],
    });
    await expect(run()).rejects.toThrow("Terms not accepted");
  });

  it("gives up on an operation that does not end", async () => {
    const { run, waits } = rehearse({
      ":addFirebase": [{ status: 200, body: { name: "operations/1" } }],
      "operations/1": [{ status: 200, body: { name: "operations/1" } }],
    });
    await expect(run()).rejects.toThrow("apply again");
    expect(waits()).toBe(60);
  });
});
