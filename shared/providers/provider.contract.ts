import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { callProvider, plainChat, planted, type Sample, type Served } from "./provider-call.fixture.ts";
import { describeChat } from "./provider-chat.contract.ts";
import { describeFailures } from "./provider-failure.contract.ts";
import { describeLimits } from "./provider-limits.contract.ts";
import { type ScriptedVendor, type SeenRequest, startScriptedVendor } from "./scripted-vendor.fixture.ts";
import type { VendorWire } from "./vendor-wire.fixture.ts";

/**
 * What every provider promises, proven for one: the same call in gives the same shape out, whatever the vendor. Only task
 * types with a wire are run, and a provider that serves any other fails.
 */
export function describeProvider(name: string, wire: VendorWire): void {
  describe(`${name} as a provider`, () => {
    let vendor: ScriptedVendor;
    beforeAll(async () => {
      vendor = await startScriptedVendor();
    });
    afterAll(() => vendor.close());
    afterEach(() => {
      vi.unstubAllEnvs();
    });
    const served: Served = () => {
      const baseUrl = vendor.origin + (wire.basePath ?? "");
      const options = { apiKey: planted.apiKey, baseUrl, fetch, appName: "contract" };
      return { vendor, provider: wire.create(options) };
    };

    const samples = toSamples(wire);
    test("serves the task types this suite has a wire for, and no others", () => {
      const types = samples.map(({ type }) => type);
      expect(Object.keys(served().provider).toSorted()).toEqual(types.toSorted());
    });
    for (const sample of samples) {
      describeSample(sample, served, wire);
      describeFailures(sample, wire, served);
      describeLimits(sample, wire, served);
    }
    if (wire.chat) describeChat(wire.chat, served);
  });
}

function toSamples(wire: VendorWire): Sample[] {
  const calls = Object.entries(wire.calls ?? {}).map(([type, call]) => ({ type, ...call }) as Sample);
  if (!wire.chat) return calls;
  const { pieces, finishReason, usage, requestId } = plainChat;
  const chat: Sample<"chat"> = {
    type: "chat",
    model: wire.chat.model,
    input: { messages: [{ role: "user", content: planted.prompt }] },
    reply: wire.chat.whole(plainChat),
    result: { text: pieces.join(""), finishReason },
    usage,
    requestId,
  };
  return [chat as Sample, ...calls];
}

function describeSample(sample: Sample, served: Served, wire: VendorWire): void {
  describe(sample.type, () => {
    test("gives the result, the usage and the request id of the vendor's answer, for one request", async () => {
      const { vendor, provider } = served();
      vendor.script(sample.reply);
      const answer = await callProvider(provider, sample.type, sample);
      expect(answer.result).toEqual(sample.result);
      expect(answer.usage).toEqual(sample.usage);
      expect(answer.requestId).toBe(sample.requestId);
      expect(vendor.requests).toHaveLength(1);
      await sample.saw?.(vendor.requests[0] as SeenRequest);
    });

    test("sends the key in a header, never in the address, and nothing the environment says", async () => {
      const variables = Object.entries(wire.environment ?? {});
      for (const [variable, value] of variables) vi.stubEnv(variable, value);
      const { vendor, provider } = served();
      vendor.script(sample.reply);
      await callProvider(provider, sample.type, sample);
      expect(vendor.requests).toHaveLength(1);
      const [seen] = vendor.requests;
      expect(seen?.path).not.toContain(planted.apiKey);
      expect(JSON.stringify(seen?.headers)).toContain(planted.apiKey);
      const sent = JSON.stringify({ path: seen?.path, headers: seen?.headers });
      for (const value of [planted.environment, ...Object.values(wire.environment ?? {})])
        expect(sent).not.toContain(value);
    });

    describeAbort(sample, served);
  });
}

function describeAbort(sample: Sample, served: Served): void {
  test("sends nothing when it is aborted before it starts", async () => {
    const { vendor, provider } = served();
    vendor.script(sample.reply);
    const signal = AbortSignal.abort();
    await expect(callProvider(provider, sample.type, { ...sample, signal })).rejects.toThrow();
    expect(vendor.requests).toHaveLength(0);
  });

  test.each([
    ["before the vendor has answered", { noHead: true }],
    ["in the middle of the vendor's answer", { body: '{"half":' }],
  ])("rejects promptly and hangs up when it is aborted %s", async (_when, answer) => {
    const { vendor, provider } = served();
    vendor.script({ ...sample.reply, ...answer, ending: "hang" });
    const abort = new AbortController();
    const [answered, abandoned] = [vendor.answered(), vendor.abandoned()];
    const outcome = callProvider(provider, sample.type, { ...sample, signal: abort.signal });
    const rejection = expect(outcome).rejects.toThrow();
    await answered;
    abort.abort(new Error("aborted by the test"));
    await Promise.all([rejection, abandoned]);
    expect(vendor.requests).toHaveLength(1);
  });
}
