import { expect } from "vitest";
import { json } from "../../functions/api/api.fixture.ts";
import type { CreatedKey, Key } from "../../shared/api/keys.ts";
import { expectAnswer, type ModelWorld } from "./model-world.ts";
import { people, pick, type Step } from "./steps.ts";

type KeyStep = Extract<Step, { do: "create key" | "list keys" | "revoke key" }>;

/** A revoked key may be remembered for so long. */
const rememberedSeconds = 60;

/** What may be done with keys. Only administrators may, and only within their tenant. */
export async function takeKeyStep(world: ModelWorld, step: KeyStep): Promise<void> {
  const { createdKeys, ask } = world;
  const { tenant, role } = people[step.who];
  const held = "which" in step ? pick(createdKeys, step.which) : undefined;
  if (step.do === "create key") {
    const { user, role: given } = step;
    const answer = await ask(step.who, "/v1/keys", { method: "POST", body: { user, role: given } });
    if (role !== "admin") return expectAnswer(answer, { status: 403, code: "forbidden" });
    expect(answer.status).toBe(201);
    const created = await json<CreatedKey>(answer);
    expect(created).toMatchObject({ user, role: given });
    createdKeys.push({ ...created, tenant });
    return;
  }
  if (step.do === "list keys") {
    const answer = await ask(step.who, "/v1/keys");
    if (role !== "admin") return expectAnswer(answer, { status: 403, code: "forbidden" });
    const { items } = await json<{ items: Key[] }>(answer);
    const listed = items.map(({ id }) => id).filter((id) => createdKeys.some((key) => key.id === id));
    expect(listed.toSorted()).toEqual(validOf(world, tenant).toSorted());
    expect(JSON.stringify(items)).not.toContain("ck_");
    return;
  }
  const answer = await ask(step.who, `/v1/keys/${held?.id ?? "key_none"}`, { method: "DELETE" });
  if (role !== "admin") return expectAnswer(answer, { status: 403, code: "forbidden" });
  if (!held || held.tenant !== tenant || held.revokedAt !== undefined)
    return expectAnswer(answer, { status: 404, code: "not_found" });
  held.revokedAt = world.reference.queue.now();
  return expectAnswer(answer, { status: 204 });
}

function validOf({ createdKeys }: ModelWorld, tenant: string): string[] {
  return createdKeys
    .filter((key) => key.tenant === tenant && key.revokedAt === undefined)
    .map(({ id }) => id);
}

/** Every key that was made works until it is revoked, and no longer than it may be remembered. */
export async function expectKeys({ send, reference, createdKeys }: ModelWorld): Promise<void> {
  for (const { key, revokedAt } of createdKeys) {
    const answer = await send("/v1/models", { key });
    const isGone = revokedAt !== undefined && reference.queue.now() - revokedAt > rememberedSeconds;
    if (isGone) await expectAnswer(answer, { status: 401, code: "unauthenticated" });
    else if (revokedAt === undefined) expect(answer.status).toBe(200);
    else expect([200, 401]).toContain(answer.status);
  }
}
