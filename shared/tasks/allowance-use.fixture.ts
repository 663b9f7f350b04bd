import type { AllowanceDocument } from "../allowances/allowance-document.ts";
import { toTotal } from "../allowances/allowance-document.ts";
import type { Measure } from "../api/allowances.ts";
import type { Provider, ProviderCall } from "../providers/provider.ts";
import { sweep } from "../queue/sweep.ts";
import { openTestConea, type TestOptions } from "./conea.fixture.ts";

/** In micro-dollars per million tokens: a token read costs one micro-dollar, one written ten. */
export const price = { inputMicros: 1_000_000, cachedInputMicros: 1_000_000, outputMicros: 10_000_000 };

/** Answers after a while with as many tokens as it was allowed to write, or as a test says. Notes what it was told. */
export function writesAll(tokens = Number.POSITIVE_INFINITY) {
  const calls: ProviderCall<"chat">[] = [];
  const provider: Provider = {
    async chat(call) {
      calls.push(call);
      const outputTokens = Math.min(tokens, call.input.maxOutputTokens ?? 1_000_000);
      const usage = { inputTokens: 3, cachedInputTokens: 0, outputTokens };
      return { result: { text: "ok", finishReason: "stop" }, usage };
    },
  };
  return { calls, provider };
}

/** Conea with allowances, whose documents can be read. */
export async function openBounded(allowances: object, options: TestOptions = {}) {
  const test = await openTestConea({ ...options, model: { price, ...options.model }, allowances });
  const { documents } = test.embedded.platform;
  const readAll = async (measure: Measure) => {
    const found = await documents.query<AllowanceDocument>({ collection: "allowances" });
    return found.map(({ data }) => data).filter((one) => one.measure === measure);
  };
  return {
    ...test,
    readAll,
    /** What is left of it once everything has come to rest: slices are given back, and what was left behind is swept. */
    async settle(measure: Measure) {
      await test.conea.allowances.drain();
      await test.clock.advance(10 * 60_000);
      await sweep(test.conea);
      const [one] = await readAll(measure);
      if (!one) throw new Error(`nothing bounds ${measure}`);
      const { limit, spent, reserved, slices } = one;
      return { limit, spent, reserved, slices: Object.keys(slices).length, total: toTotal(one) };
    },
  };
}
