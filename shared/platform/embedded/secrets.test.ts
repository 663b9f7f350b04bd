import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { describeSecrets } from "../secrets.contract.ts";
import { newFolder } from "./folder.fixture.ts";
import { createEmbeddedSecrets } from "./secrets.ts";
import { createVirtualClock } from "./virtual-clock.ts";

const clock = createVirtualClock(Date.parse("2026-01-01T00:00:00.000Z"));

const newFile = () => join(newFolder(), "data", "secrets.json");

describe("embedded secrets in memory", () => {
  describeSecrets(async () => ({
    secrets: createEmbeddedSecrets({ environment: {}, clock }),
    close: async () => undefined,
  }));
});

describe("embedded secrets in a file", () => {
  describeSecrets(async () => ({
    secrets: createEmbeddedSecrets({ environment: {}, file: newFile(), clock }),
    close: async () => undefined,
  }));

  it("outlive the process, all versions of them", async () => {
    const file = newFile();
    const secrets = createEmbeddedSecrets({ environment: {}, file, clock });
    await secrets.addVersion("KEY", "one");
    await secrets.addVersion("KEY", "two");
    expect(await createEmbeddedSecrets({ environment: {}, file, clock }).get("KEY")).toBe("two");
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({
      KEY: {
        versions: [
          { value: "one", addedAt: "2026-01-01T00:00:00.000Z" },
          { value: "two", addedAt: "2026-01-01T00:00:00.000Z" },
        ],
      },
    });
  });

  it("can be read by their owner only, also where the file was open to others", async () => {
    const file = newFile();
    const secrets = createEmbeddedSecrets({ environment: {}, file, clock });
    await secrets.addVersion("KEY", "one");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    chmodSync(file, 0o644);
    await secrets.addVersion("KEY", "two");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(file, ".."))).toEqual(["secrets.json"]);
  });

  it("create no file to be read", async () => {
    const file = newFile();
    await createEmbeddedSecrets({ environment: {}, file, clock }).get("KEY");
    expect(existsSync(file)).toBe(false);
  });

  it.each(["{ KEY: sk-secret", '{"KEY":"sk-secret"}', '{"KEY":{"versions":["sk-secret"]}}'])(
    "name a file they cannot read, and nothing that is in it (%j)",
    async (text) => {
      const file = join(newFolder(), "secrets.json");
      writeFileSync(file, text);
      const failure = await createEmbeddedSecrets({ environment: {}, file, clock })
        .get("KEY")
        .catch((error: Error) => error);
      expect(String(failure)).toContain(file);
      expect(JSON.stringify([String(failure), failure])).not.toContain("sk-secret");
      expect(failure).not.toHaveProperty("cause");
    },
  );
});

describe("secrets in the environment", () => {
  const environment = { KEY: " from-outside ", EMPTY: " ", UNSET: undefined };

  it("come first", async () => {
    const file = newFile();
    await createEmbeddedSecrets({ environment: {}, file, clock }).addVersion("KEY", "kept");
    expect(await createEmbeddedSecrets({ environment, file, clock }).get("KEY")).toBe("from-outside");
  });

  it.each(["EMPTY", "UNSET"])("count as absent when empty (%s)", async (name) => {
    const secrets = createEmbeddedSecrets({ environment, clock });
    expect(await secrets.get(name)).toBeUndefined();
    await secrets.addVersion(name, "kept");
    expect(await secrets.get(name)).toBe("kept");
  });

  it("refuse a version that would not become the current one", async () => {
    const secrets = createEmbeddedSecrets({ environment, clock });
    await expect(secrets.addVersion("KEY", "new")).rejects.toThrow("KEY is set in the environment");
    await secrets.addVersion("OTHER", "new");
    expect(await secrets.get("OTHER")).toBe("new");
  });
});
