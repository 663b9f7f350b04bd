import { inspect } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import type { CallFault } from "../../../tests/emulators/serve-grpc.ts";
import { describeSecrets } from "../secrets.contract.ts";
import { openSecrets } from "./secrets.fixture.ts";

/** Short enough to fail in, long enough for a busy machine to succeed in. */
const quick = { callMs: 250, totalMs: 1_000 };

describe("secrets on Secret Manager", () => {
  describeSecrets(openSecrets);
});

describe("a secret on Secret Manager", () => {
  let at: Awaited<ReturnType<typeof openSecrets>>;
  const open = async (...parts: Parameters<typeof openSecrets>) => {
    at = await openSecrets(...parts);
    return at;
  };
  afterEach(() => at.close());

  it("is read once for all who ask at the same time, and kept", async () => {
    const { secrets, rotate, clock, reads } = await open();
    await rotate("KEY", " one \n");
    const values = await Promise.all([1, 2, 3].map(() => secrets.get("KEY")));
    await clock.advance(29_999);
    expect([...values, await secrets.get("KEY")]).toEqual(["one", "one", "one", "one"]);
    // A question about KEY would have gone before this one.
    await secrets.get("OTHER");
    expect(reads()).toBe(2);
  });

  it("that is rotated is noticed within a minute, without anybody waiting for it", async () => {
    const { secrets, rotate, clock, reads } = await open();
    await rotate("KEY", "one");
    await secrets.get("KEY");
    await rotate("KEY", "two");
    await clock.advance(30_000);
    expect(await secrets.get("KEY")).toBe("one");
    await clock.advance(25_000);
    expect(await secrets.get("KEY")).toBe("two");
    expect(reads()).toBe(2);
  });

  it("that is rotated is noticed within a minute also where nobody asked meanwhile", async () => {
    const { secrets, rotate, clock } = await open();
    await rotate("KEY", "one");
    await secrets.get("KEY");
    await rotate("KEY", "two");
    await clock.advance(55_000);
    expect(await secrets.get("KEY")).toBe("two");
  });

  it("is asked for anew after the clock was set back", async () => {
    const { secrets, rotate, clock } = await open();
    await rotate("KEY", "one");
    await secrets.get("KEY");
    await rotate("KEY", "two");
    clock.shift(-3_600_000);
    expect(await secrets.get("KEY")).toBe("two");
  });

  it.each(["disableSecretVersion", "destroySecretVersion"] as const)(
    "is absent within a minute after %s, also where an older version is left",
    async (revoke) => {
      const { secrets, rotate, client, clock, lines } = await open();
      await rotate("KEY", "one");
      await rotate("KEY", "two");
      expect(await secrets.get("KEY")).toBe("two");
      await client[revoke]({ name: "projects/demo/secrets/KEY/versions/2" });
      await clock.advance(55_000);
      expect(await secrets.get("KEY")).toBeUndefined();
      expect(lines).toEqual([]);
    },
  );

  it("is absent within a minute after it was deleted, and there within a minute after it was created", async () => {
    const { secrets, rotate, client, clock } = await open();
    expect(await secrets.get("KEY")).toBeUndefined();
    await rotate("KEY", "one");
    await clock.advance(55_000);
    expect(await secrets.get("KEY")).toBe("one");
    await client.deleteSecret({ name: "projects/demo/secrets/KEY" });
    await clock.advance(55_000);
    expect(await secrets.get("KEY")).toBeUndefined();
  });

  it("is created with its first version only", async () => {
    const { secrets, server } = await open();
    await secrets.addVersion("KEY", "one");
    await secrets.addVersion("KEY", "two");
    expect(server.calls).toEqual([
      "AddSecretVersion",
      "CreateSecret",
      "AddSecretVersion",
      "AddSecretVersion",
    ]);
  });

  it("that was added here is given at once, though Secret Manager still knows the one before", async () => {
    const { secrets, clock } = await open({}, { latestLagMs: 120_000 });
    for (const value of ["one", "two"]) {
      await secrets.addVersion("KEY", value);
      for (let minutes = 0; minutes < 3; minutes++) {
        expect(await secrets.get("KEY")).toBe(value);
        await clock.advance(60_000);
      }
    }
  });

  it("that was added here gives way to one that is added elsewhere", async () => {
    const { secrets, rotate, clock } = await open();
    await secrets.addVersion("KEY", "here");
    await rotate("KEY", "elsewhere");
    await clock.advance(55_000);
    expect(await secrets.get("KEY")).toBe("elsewhere");
  });

  it("that was added last is the one that counts, in whatever order the answers come", async () => {
    const { secrets, client } = await open();
    await Promise.all(Array.from({ length: 8 }, (_, index) => secrets.addVersion("KEY", `value-${index}`)));
    const [latest] = await client.accessSecretVersion({ name: "projects/demo/secrets/KEY/versions/latest" });
    expect(await secrets.get("KEY")).toBe(String(latest.payload?.data));
  });

  it("keeps every character", async () => {
    const { secrets, clock } = await open();
    const value = `{"key":"ä\u{1F511}\\n"}${"x".repeat(60_000)}`;
    await secrets.addVersion("KEY", value);
    await clock.advance(600_000);
    expect(await secrets.get("KEY")).toBe(value);
  });
});

describe("while Secret Manager does not answer", () => {
  /** A secret that was read once; then every call fails. */
  async function openTroubled(fault: CallFault) {
    let isTroubled = false;
    const planFault = () => (isTroubled ? fault : undefined);
    const opened = await openSecrets({ timeouts: quick }, { planFault });
    await opened.rotate("KEY", "sk-last-known");
    await opened.secrets.get("KEY");
    const trouble = (now: boolean) => {
      isTroubled = now;
    };
    trouble(true);
    return { ...opened, trouble };
  }

  it.each(["refused", "silent"] as const)("the last known version is given (%s)", async (fault) => {
    const { secrets, clock, lines, close } = await openTroubled(fault);
    await clock.advance(3_600_000);
    expect(await secrets.get("KEY")).toBe("sk-last-known");
    expect(lines).toMatchObject([{ severity: "WARNING", fields: { error: expect.stringContaining("KEY") } }]);
    expect(JSON.stringify(lines)).not.toContain("sk-last-known");
    await close();
  });

  it("nobody waits for it more often than every ten seconds", async () => {
    const { secrets, clock, server, lines, close } = await openTroubled("refused");
    await clock.advance(3_600_000);
    await secrets.get("KEY");
    const calls = server.calls.length;
    await clock.advance(9_999);
    await secrets.get("KEY");
    expect(server.calls).toHaveLength(calls);
    await clock.advance(1);
    await secrets.get("KEY");
    expect(server.calls.length).toBeGreaterThan(calls);
    expect(lines).toHaveLength(2);
    await close();
  });

  it("a rotation is noticed as soon as it does again", async () => {
    const { secrets, clock, trouble, rotate, close } = await openTroubled("refused");
    await clock.advance(60_000);
    await secrets.get("KEY");
    trouble(false);
    await rotate("KEY", "two");
    await clock.advance(10_000);
    expect(await secrets.get("KEY")).toBe("two");
    await close();
  });

  it("a secret that was never read is an error that names it", async () => {
    const { secrets, close } = await openTroubled("silent");
    await expect(secrets.get("OTHER")).rejects.toThrow(/^Secret Manager did not give OTHER \([A-Z_]+\)\.$/);
    await expect(secrets.addVersion("OTHER", "v")).rejects.toThrow(/did not take OTHER/);
    await close();
  });
});

describe("what is damaged on the way", () => {
  it("is not added", async () => {
    const { secrets, rotate, close } = await openSecrets({}, { damage: () => true });
    await rotate("KEY", "whole");
    const added = secrets.addVersion("KEY", "sk-whole");
    await expect(added).rejects.toThrow("Secret Manager did not take KEY (INVALID_ARGUMENT).");
    await close();
  });

  it("is not taken for a secret", async () => {
    const { secrets, rotate, close } = await openSecrets({}, { damage: () => true });
    await rotate("KEY", "sk-whole");
    const [result] = await Promise.allSettled([secrets.get("KEY")]);
    expect(result).toMatchObject({ reason: { message: expect.stringContaining("damaged on the way") } });
    expect(inspect(result, { depth: 9, showHidden: true })).not.toMatch(/sk-whole|rk-whole/);
    await close();
  });

  it("does not replace what is known", async () => {
    let isDamaged = false;
    const { secrets, rotate, clock, lines, close } = await openSecrets({}, { damage: () => isDamaged });
    await rotate("KEY", "whole");
    await secrets.get("KEY");
    isDamaged = true;
    await clock.advance(60_000);
    expect(await secrets.get("KEY")).toBe("whole");
    expect(lines).toHaveLength(1);
    await close();
  });
});

describe("a value", () => {
  it("is in no error, though Secret Manager quotes what it refuses", async () => {
    const { secrets, close } = await openSecrets();
    const value = `sk-secret-${"x".repeat(70_000)}`;
    const [result] = await Promise.allSettled([secrets.addVersion("KEY", value)]);
    expect(result).toMatchObject({
      reason: { message: "Secret Manager did not take KEY (INVALID_ARGUMENT)." },
    });
    const shown = inspect(result, { depth: 9, showHidden: true, maxStringLength: null });
    expect(shown).not.toMatch(/sk-secret|xxxx|metadata|details/);
    await close();
  });
});

describe("opening secrets on Secret Manager", () => {
  it("loads and connects nothing, so that closing has nothing to close", async () => {
    const { secrets, client, server } = await openSecrets({ endpoint: "not an endpoint" });
    await secrets.close();
    await client.close();
    await server.close();
    expect(server.calls).toEqual([]);
  });
});
