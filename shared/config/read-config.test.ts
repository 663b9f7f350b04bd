import { readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { readConfig } from "./read-config.ts";
import { SettingsError } from "./settings-error.ts";

function refusal(text: string): string {
  try {
    readConfig(text, "conea.yaml");
  } catch (error) {
    expect(error).toBeInstanceOf(SettingsError);
    expect(error).not.toHaveProperty("cause");
    return (error as Error).message;
  }
  throw new Error("nothing was refused");
}

const openai = (rest: string) => `providers:\n  openai: { kind: openai, apiKey: secret:KEY, ${rest} }`;
const model = (rest: string) => `${openai("")}\nmodels:\n  m: { provider: openai, ${rest} }`;
const rate =
  "must be a rate, count/period, such as 10/s, 60/min, 50/hour, 1000/day or 10/2s; or a list of up to four";
const key = "sk-verysecret";

describe("readConfig", () => {
  it("reads the default conea.yaml", () => {
    const config = readConfig(readFileSync(`${import.meta.dirname}/../../conea.yaml`, "utf8"), "conea.yaml");
    expect(config.providers.gemini?.limits.requests).toEqual([{ count: 60, periodMs: 60_000 }]);
    expect(config.providers.unsplash?.limits.requests).toEqual([{ count: 50, periodMs: 3_600_000 }]);
    expect(config.providers.openai?.apiKey).toBe("OPENAI_API_KEY");
    expect(config.retry).toEqual({ attempts: 3, baseMs: 500, maxMs: 60_000 });
  });

  it.each([
    ["", "the whole is wrong: expected object, received null"],
    ["[]", "the whole is wrong: expected object, received array"],
    ["providers:", "providers is wrong: expected record, received null"],
    ["providers: {}\nbreakr: {}", 'the whole has no place for "breakr"'],
    ["providers:\n  openai:", "providers.openai is wrong: expected object, received null"],
    [openai("apikey: x"), 'providers.openai has no place for "apikey"'],
    [openai("priority: high"), "providers.openai.priority is wrong: expected number, received string"],
    [openai("limits: { requests: 60 }"), `providers.openai.limits.requests ${rate}`],
    [openai("limits: { requests: 60/week }"), `providers.openai.limits.requests ${rate}`],
    [openai("limits: { requests: [1/s, 2] }"), `providers.openai.limits.requests ${rate}`],
    [
      openai("baseUrl: localhost"),
      "providers.openai.baseUrl must be an address that starts with http:// or https://",
    ],
    [
      "providers:\n  My Account: {}",
      "providers has a name that must be lower-case letters, digits and dashes, at most 63",
    ],
    [
      model("kinds: [chats]"),
      'models.m.kinds[0] is wrong: Invalid option: expected one of "chat"|"completion"|"embedding"|"image_search"|"image_generation"|"speech"|"transcription"',
    ],
    [model("kinds: []"), "models.m.kinds is wrong: Too small: expected array to have >=1 items"],
    [
      `${openai("")}\nmodels:\n  m: { provider: opena, kinds: [chat] }`,
      'models.m.provider names "opena", which is not among the providers',
    ],
    [
      `${openai("")}\nmodels:\n  m: { provider: constructor, kinds: [chat] }`,
      'models.m.provider names "constructor", which is not among the providers',
    ],
    [
      "providers: {}\nretry: { attempts: 0 }",
      "retry.attempts is wrong: Too small: expected number to be >=1",
    ],
    ["providers:\n  a: {}\n  a: {}", "line 3 is not valid YAML (duplicate key)"],
    ["providers:\n\ta: {}", "line 2 is not valid YAML (tab as indent)"],
    ["providers: {}\n---\nmodels: {}", "line 2 is not valid YAML (multiple docs)"],
    ["providers: *all", "the whole is not valid YAML (an alias has no anchor)"],
  ])("refuses %j with a sentence that names file and place", (text, says) => {
    expect(refusal(text)).toBe(`conea.yaml: ${says}.`);
  });

  it.each([
    `providers:\n  openai: { kind: openai, apiKey: ${key} }`,
    `providers:\n  openai: { kind: openai, apiKey: secret:${key} }`,
    `providers:\n  openai: { kind: openai, apiKey: [${key}] }`,
    `providers:\n  openai: { kind: openai, apiKey ${key} }`,
    `providers:\n  openai: { kind: openai, apiKey:${key} }`,
    `providers:\n  openai: { kind: openai, apiKey: *${key} }`,
    `providers:\n  openai: { kind: openai, apiKey: !key ${key} }`,
    `providers:\n  openai: { kind: openai, apiKey: {{${key}}} }`,
    `providers:\n  openai: { kind: openai, apiKey: "${key} }`,
    `providers:\n  openai:\n    kind: openai\n   apiKey: ${key}`,
    openai(`baseUrl: "https://user:${key}@example.com/v1"`),
    openai(`baseUrl: "https://example.com/v1?key=${key}"`),
    openai(`limits: { requests: ${key} }`),
    openai(`priority: ${key}`),
  ])("shows nothing of the key in %j", (text) => {
    const warn = vi.spyOn(process, "emitWarning").mockReturnValue();
    expect(refusal(text)).not.toContain(key);
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });
});
