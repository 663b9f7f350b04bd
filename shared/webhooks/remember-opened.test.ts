import { expect, it } from "vitest";
import { rememberOpened } from "./remember-opened.ts";

const owner = { tenant: "acme", endpointId: "a" };

function open() {
  const asked: string[] = [];
  let fails = false;
  const seal = rememberOpened({
    seal: async (_, secret) => secret,
    async open({ endpointId }, sealed) {
      asked.push(`${endpointId} ${sealed}`);
      if (fails) throw new Error("its key is gone");
      return `opened ${sealed}`;
    },
  });
  return { seal, asked, fail: (now: boolean) => (fails = now) };
}

it("opens each text once for its owner, and for no other", async () => {
  const { seal, asked } = open();
  for (const _ of [1, 2]) expect(await seal.open(owner, "x")).toBe("opened x");
  await seal.open({ ...owner, endpointId: "b" }, "x");
  await seal.open(owner, "y");
  expect(asked).toEqual(["a x", "b x", "a y"]);
});

it("remembers no failure", async () => {
  const { seal, fail } = open();
  fail(true);
  await expect(seal.open(owner, "x")).rejects.toThrow("its key is gone");
  fail(false);
  expect(await seal.open(owner, "x")).toBe("opened x");
});
