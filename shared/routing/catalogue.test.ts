import { describe, expect, it } from "vitest";
import { admin, openTestConea } from "../tasks/conea.fixture.ts";
import { createCatalogue } from "./catalogue.ts";
import { cataloguePath } from "./catalogue-document.ts";
import { createModel } from "./register-models.ts";

const entry = { provider: "main", kinds: ["chat" as const] };

describe("the catalogue", () => {
  it("knows in another process within ten seconds what was registered, and reads no more often", async () => {
    const { conea, clock, counts } = await openTestConea();
    const other = createCatalogue(conea);
    expect(Object.keys((await other.read()).models)).toEqual(["m"]);
    await createModel(conea, admin, { id: "new", ...entry });
    expect(await conea.catalogue.find("new")).toEqual(entry);
    expect(await other.find("new")).toBeUndefined();
    const reads = () => counts.get("catalogue")?.reads ?? 0;
    const before = reads();
    await clock.advance(9_000);
    await Promise.all([other.read(), other.read(), other.find("new")]);
    expect(reads()).toBe(before);
    await clock.advance(1_000);
    const [found] = await Promise.all([other.find("new"), other.read(), other.read()]);
    expect(found).toEqual(entry);
    expect(reads()).toBe(before + 1);
  });

  it("reads nothing for a model of conea.yaml", async () => {
    const { conea, counts } = await openTestConea();
    expect(await conea.catalogue.find("m")).toMatchObject({ name: "vendor-m" });
    expect(counts.get("catalogue")).toBeUndefined();
  });

  it("changes its version with every change, and only then", async () => {
    const { conea } = await openTestConea();
    const versionOf = async () => (await conea.catalogue.read()).version;
    const first = await versionOf();
    await createModel(conea, admin, { id: "new", ...entry });
    const second = await versionOf();
    await createModel(conea, admin, { id: "new", ...entry });
    expect(second).not.toBe(first);
    expect(await versionOf()).toBe(second);
  });

  it("goes on with what it knows while it cannot be read, and says so", async () => {
    const { conea, clock, lines } = await openTestConea();
    await createModel(conea, admin, { id: "new", ...entry });
    let isDown = false;
    const documents = {
      ...conea.documents,
      get: (path: string) => (isDown ? Promise.reject(new Error("down")) : conea.documents.get(path)),
    } as typeof conea.documents;
    const catalogue = createCatalogue({ ...conea, documents });
    await catalogue.read();
    isDown = true;
    await clock.advance(20_000);
    expect(await catalogue.find("new")).toEqual(entry);
    expect(lines.map(({ sentence }) => sentence)).toContain("the catalogue could not be read");
  });

  it("leaves out what names a provider that is not configured any more, and never overrides conea.yaml", async () => {
    const { conea } = await openTestConea();
    const models = {
      gone: { provider: "gone", kinds: ["chat"] },
      m: { provider: "main", kinds: ["speech"] },
    };
    await conea.documents.commit([{ op: "create", path: cataloguePath, data: { models } }]);
    const read = await conea.catalogue.read();
    expect(Object.keys(read.models)).toEqual(["m"]);
    expect(read.models.m?.kinds).toContain("chat");
  });
});
