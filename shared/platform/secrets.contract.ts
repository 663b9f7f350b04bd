import { afterEach, beforeEach, expect, it } from "vitest";
import type { Secrets } from "./secrets.ts";

export type OpenSecrets = () => Promise<{ secrets: Secrets; close(): Promise<void> }>;

let names = 0;

/** What every implementation of `Secrets` promises. */
export function describeSecrets(open: OpenSecrets): void {
  let at: Awaited<ReturnType<OpenSecrets>>;
  beforeEach(async () => {
    at = await open();
  });
  afterEach(() => at.close());
  const newName = () => `CONEA_TEST_${++names}_${crypto.randomUUID()}`;

  it("are absent until they have a version", async () => {
    expect(await at.secrets.get(newName())).toBeUndefined();
  });

  it("have the version that was added last", async () => {
    const name = newName();
    for (const value of ["first", "second"]) {
      await at.secrets.addVersion(name, value);
      expect(await at.secrets.get(name)).toBe(value);
    }
  });

  it("have the last version also when several are added at once", async () => {
    const [a, b] = [newName(), newName()];
    await Promise.all([at.secrets.addVersion(a, "1"), at.secrets.addVersion(b, "2")]);
    expect([await at.secrets.get(a), await at.secrets.get(b)]).toEqual(["1", "2"]);
  });

  it("keep the versions before the current one, each under the name it was given with", async () => {
    const name = newName();
    const names: string[] = [];
    for (const value of ["first", "second"]) {
      await at.secrets.addVersion(name, value);
      const current = await at.secrets.getVersion(name);
      expect(current?.value).toBe(value);
      names.push(current?.version ?? "");
    }
    const [first, second] = await Promise.all(names.map((version) => at.secrets.getVersion(name, version)));
    expect([first?.value, second?.value]).toEqual(["first", "second"]);
    expect(await at.secrets.getVersion(name, "3")).toBeUndefined();
    expect(await at.secrets.getVersion(newName(), "1")).toBeUndefined();
    expect(await at.secrets.getVersion(newName())).toBeUndefined();
  });

  it.each(["", "0", "-1", "1.5", "latest", "1/../2"])("refuse the version %j", async (version) => {
    await expect(at.secrets.getVersion(newName(), version)).rejects.toThrow("a number");
  });

  it("come without the white space around them", async () => {
    const name = newName();
    await at.secrets.addVersion(name, "  sk-123 \n");
    expect(await at.secrets.get(name)).toBe("sk-123");
  });

  it.each(["", "a b", "a/b", "../a", "ä", "x".repeat(256)])("refuse the name %j", async (name) => {
    await expect(at.secrets.get(name)).rejects.toThrow("plain word");
    await expect(at.secrets.addVersion(name, "v")).rejects.toThrow("plain word");
  });

  it.each(["constructor", "__proto__", "toString"])(
    "are absent under the name %s as under others",
    async (name) => {
      expect(await at.secrets.get(name)).toBeUndefined();
    },
  );
}
