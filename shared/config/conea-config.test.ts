import { describe, expect, it } from "vitest";
import { ConeaConfig } from "./conea-config.ts";

const provider = { kind: "openai", apiKey: "secret:OPENAI_API_KEY" };
const withProvider = (rest: object) => ({ providers: { openai: { ...provider, ...rest } } });

describe("ConeaConfig", () => {
  it("asks for providers only, and fills in the rest", () => {
    expect(ConeaConfig.parse({ providers: { openai: provider } })).toMatchObject({
      providers: {
        openai: { kind: "openai", priority: 50, limits: {}, timeouts: { totalMs: 300_000 } },
      },
      models: {},
      retry: { attempts: 3, baseMs: 500, maxMs: 60_000 },
    });
  });

  it("reads a key's reference as the secret's name", () => {
    expect(ConeaConfig.parse({ providers: { openai: provider } }).providers.openai?.apiKey).toBe(
      "OPENAI_API_KEY",
    );
  });

  it("reads one rate and several as a list", () => {
    const requests = (value: unknown) =>
      ConeaConfig.parse(withProvider({ limits: { requests: value } })).providers.openai?.limits.requests;
    expect(requests("60/min")).toEqual([{ count: 60, periodMs: 60_000 }]);
    expect(requests(["60/min", "1000/day"])).toHaveLength(2);
  });

  it.each(["http://127.0.0.1:8000/v1", "https://example.com"])(
    "takes %s for the address of a server",
    (baseUrl) => {
      expect(ConeaConfig.safeParse(withProvider({ baseUrl })).success).toBe(true);
    },
  );

  it.each([
    "sk-verysecret",
    "OPENAI_API_KEY",
    "secret:",
    "secret:sk-verysecret",
    "secret:lower",
    " secret:KEY",
    "",
  ])("refuses %j as a key's reference", (apiKey) => {
    expect(ConeaConfig.safeParse(withProvider({ apiKey })).success).toBe(false);
  });

  it.each([
    { limits: { requests: ["1/s", "2/s", "3/s", "4/s", "5/s"] } },
    { limits: { concurrency: 0 } },
    { timeouts: { totalMs: 999 } },
    { priority: 101 },
    { kind: "mistral" },
    { baseUrl: "https://user@example.com" },
    { baseUrl: "https://example.com#part" },
    { baseUrl: "file:///etc/passwd" },
    { region: "eu" },
  ])("refuses a provider with %j", (rest) => {
    expect(ConeaConfig.safeParse(withProvider(rest)).success).toBe(false);
  });

  const withModels = (models: object) => ({ providers: { openai: provider }, models });
  const chat = { provider: "openai", kinds: ["chat"] };

  it("names the operators' tenant, or leaves it to the platform", () => {
    const read = (rest: object) => ConeaConfig.safeParse({ providers: { openai: provider }, ...rest });
    expect(read({}).data).not.toHaveProperty("operatorTenant");
    expect(read({ operatorTenant: "ops" }).data?.operatorTenant).toBe("ops");
    expect(read({ operatorTenant: "a/b" }).success).toBe(false);
  });

  it("takes what is known of a model", () => {
    const known = {
      ...{ ...chat, contextTokens: 8_000, modalities: ["text", "image"], quality: 0.9, fallbacks: ["b"] },
      ...{ abilities: { tools: true, prefill: false }, price: { inputMicros: 1, outputMicros: 2 } },
    };
    expect(ConeaConfig.parse(withModels({ a: known, b: chat })).models.a).toEqual(known);
  });

  it.each([
    [{ a: { ...chat, provider: "nowhere" } }, 'names "nowhere", which is not among the providers'],
    [{ a: { ...chat, fallbacks: ["b"] } }, 'names "b", which is not among the models'],
    [{ a: { ...chat, fallbacks: ["a"] } }, "names the model itself"],
    [
      { a: { ...chat, fallbacks: ["b"] }, b: { ...chat, kinds: ["speech"] } },
      'names "b", which does speech and not chat',
    ],
  ])("refuses the models %j and says why", (models, message) => {
    expect(ConeaConfig.safeParse(withModels(models)).error?.issues).toMatchObject([{ message }]);
  });

  it.each([{ abilities: { flight: true } }, { modalities: ["smell"] }, { quality: 2 }, { limits: {} }])(
    "refuses a model with %j",
    (rest) => {
      expect(ConeaConfig.safeParse(withModels({ a: { ...chat, ...rest } })).success).toBe(false);
    },
  );
});

describe("a model with limits of its own", () => {
  const account = { kind: "openai", apiKey: "secret:OPENAI_API_KEY", limits: { requests: "60/min" } };
  const read = (models: object, providers: object = {}) =>
    ConeaConfig.safeParse({ providers: { openai: account, ...providers }, models });
  const model = { provider: "openai", kinds: ["chat"], limits: { requests: "5/s", concurrency: 3 } };

  it("has a line of its own, with the account's key", () => {
    const { providers, models } = ConeaConfig.parse({
      providers: { openai: account },
      models: { "GPT-x.5": model, other: { provider: "openai", kinds: ["chat"] } },
    });
    expect(Object.keys(providers)).toEqual(["openai", "openai-gpt-x-5"]);
    expect(providers["openai-gpt-x-5"]).toEqual({
      ...providers.openai,
      limits: { requests: [{ count: 5, periodMs: 1_000 }], concurrency: 3 },
    });
    expect(models["GPT-x.5"]).toMatchObject({ provider: "openai-gpt-x-5", account: "openai" });
    expect(models.other?.provider).toBe("openai");
  });

  it("is refused where its line would be another's", () => {
    const message = expect.stringContaining("openai-a-b, which is taken");
    expect(read({ "a.b": model, "a:b": model }).error?.issues).toMatchObject([{ message }]);
    expect(read({ "a.b": model }, { "openai-a-b": account }).error?.issues).toMatchObject([{ message }]);
  });

  it("has a line whose name a queue can have, however long its own is", () => {
    const line =
      Object.keys(read({ ["m".repeat(50) + ".".repeat(40)]: model }).data?.providers ?? {})[1] ?? "";
    expect(line).toMatch(/^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/);
  });
});
