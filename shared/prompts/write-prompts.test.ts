import { describe, expect, it } from "vitest";
import { OutcomeUnknown, PreconditionFailed } from "../platform/documents.ts";
import { ann, openTestConea } from "../tasks/conea.fixture.ts";
import { setLabel } from "./label-prompt.ts";
import { findPrompt, listVersions } from "./read-prompts.ts";
import { createPrompt, deletePrompt, replacePrompt } from "./write-prompts.ts";

const first = { template: [{ role: "user" as const, content: "one" }], variables: {} };
const second = { template: [{ role: "user" as const, content: "two" }], variables: {} };

/** Prompts on a store that loses the answer of each commit, which took place or did not. */
async function openForgetful(tookPlace: boolean) {
  const { conea } = await openTestConea();
  let isLost = false;
  const commit: typeof conea.documents.commit = async (writes) => {
    isLost = !isLost;
    if (!isLost || tookPlace) await conea.documents.commit(writes);
    if (isLost) throw new OutcomeUnknown("lost");
    return [];
  };
  return { ...conea, documents: { ...conea.documents, commit } };
}

describe("a prompt whose commit's answer was lost", () => {
  it.each([true, false])("is written once, whether it took place or not: %s", async (tookPlace) => {
    const deps = await openForgetful(tookPlace);
    const read = async () => (await findPrompt(deps, ann, "p")).data;
    expect(await createPrompt(deps, ann, { id: "p", ...first })).toMatchObject({ version: 1 });
    expect(await replacePrompt(deps, ann, "p", second)).toMatchObject({ version: 2, ...second });
    const { items } = await listVersions(deps, ann, "p", { limit: 10 });
    expect(items.map(({ version }) => version)).toEqual([2, 1]);
    expect(await setLabel(deps, ann, { id: "p", label: "live", version: 1 })).toMatchObject({
      labels: { live: 1 },
    });
    expect((await read()).labels).toEqual({ live: 1 });
    await deletePrompt(deps, ann, "p");
    await expect(read()).rejects.toMatchObject({ code: "not_found" });
  });

  it("is refused at last where it changes all the time", async () => {
    const { conea } = await openTestConea();
    await createPrompt(conea, ann, { id: "p", ...first });
    const commit = () => Promise.reject(new PreconditionFailed("changed"));
    const deps = { ...conea, documents: { ...conea.documents, commit } };
    await expect(replacePrompt(deps, ann, "p", second)).rejects.toMatchObject({ code: "unavailable" });
    await expect(deletePrompt(deps, ann, "p")).rejects.toMatchObject({ code: "unavailable" });
  });
});
