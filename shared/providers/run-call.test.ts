import { expect, test } from "vitest";
import { ProviderError } from "./provider-error.ts";
import { runCall } from "./run-call.ts";

const toError = (cause: unknown) => new ProviderError("overloaded", { cause });
const reason = new Error("aborted by the test");

test("gives the answer of the call", async () => {
  expect(await runCall(new AbortController().signal, toError, async () => 42)).toBe(42);
});

test("rejects with the class of the failure", async () => {
  const call = () => Promise.reject(new Error("vendor"));
  await expect(runCall(new AbortController().signal, toError, call)).rejects.toMatchObject({
    kind: "overloaded",
  });
});

test("does not call once aborted", async () => {
  const call = async () => expect.fail("called");
  await expect(runCall(AbortSignal.abort(reason), toError, call)).rejects.toBe(reason);
});

test.each<[string, () => Promise<string>]>([
  ["fails", () => Promise.reject(new Error("vendor"))],
  ["ends as if complete", async () => "half"],
])("rejects with the signal's reason when an aborted call %s", async (_how, end) => {
  const abort = new AbortController();
  const call = () => {
    abort.abort(reason);
    return end();
  };
  await expect(runCall(abort.signal, toError, call)).rejects.toBe(reason);
});
