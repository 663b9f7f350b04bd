import { describe, expect, it } from "vitest";
import { createKey, revokeKey } from "../../shared/access/keys.ts";
import type { Principal } from "../../shared/access/principal.ts";
import type { Task } from "../../shared/api/task.ts";
import { admin, ann, bob, eve, viewer } from "../../shared/tasks/conea.fixture.ts";
import { chat, json, openApi } from "./api.fixture.ts";

describe("access", () => {
  it("hides a task from other users and tenants, and shows it to the tenant's viewers and administrators", async () => {
    const { submit, send, keyFor } = await openApi();
    const { id } = await json(await submit());
    const statusFor = async (principal: Principal) =>
      (await send(`/v1/tasks/${id}`, { key: await keyFor(principal) })).status;
    expect(await statusFor(bob)).toBe(404);
    expect(await statusFor(eve)).toBe(404);
    expect(await statusFor(viewer)).toBe(200);
    expect(await statusFor(admin)).toBe(200);
    const listed = async (principal: Principal) =>
      (await json<{ items: Task[] }>(await send("/v1/tasks", { key: await keyFor(principal) }))).items;
    expect([await listed(bob), await listed(eve)]).toEqual([[], []]);
    expect([(await listed(viewer)).length, (await listed(admin)).length]).toEqual([1, 1]);
  });

  it("hides another tenant's task from cancel, delete and events too", async () => {
    const { submit, send, keyFor } = await openApi();
    const { id } = await json(await submit({ notBefore: "2030-01-01T00:00:00Z" }));
    const key = await keyFor(eve);
    expect((await send(`/v1/tasks/${id}/cancel`, { method: "POST", key })).status).toBe(404);
    expect((await send(`/v1/tasks/${id}`, { method: "DELETE", key })).status).toBe(404);
    expect((await send(`/v1/tasks/${id}/events`, { key })).status).toBe(404);
  });

  it("lets a viewer write nothing, and nobody but an administrator make keys", async () => {
    const { send, keyFor } = await openApi();
    const key = await keyFor(viewer);
    expect((await send("/v1/tasks", { method: "POST", key, body: chat })).status).toBe(403);
    expect((await send("/v1/blobs", { method: "POST", key, body: "x" })).status).toBe(403);
    expect((await send("/v1/keys", { method: "POST", body: { user: "x" } })).status).toBe(403);
  });

  it("shows a new key once, keeps only its hash, and honours a revocation within a minute", async () => {
    const { send, keyFor, conea, clock } = await openApi();
    const key = await keyFor(admin);
    const created = await json(
      await send("/v1/keys", { method: "POST", key, body: { user: "dan", role: "user" } }),
    );
    expect(created.key).toMatch(/^ck_/);
    expect((await send("/v1/tasks", { key: created.key })).status).toBe(200);
    const stored = await conea.documents.query({ collection: "keys" });
    expect(JSON.stringify(stored)).not.toContain(created.key);
    expect(JSON.stringify(await json(await send("/v1/keys", { key })))).not.toContain(created.key);
    expect((await send(`/v1/keys/${created.id}`, { method: "DELETE", key })).status).toBe(204);
    await clock.advance(60_000);
    expect((await send("/v1/tasks", { key: created.key })).status).toBe(401);
  });

  it("does not let one tenant revoke another's key", async () => {
    const { send, keyFor, conea } = await openApi();
    const created = await createKey(conea, admin, { user: "dan", role: "user" });
    const key = await keyFor({ ...eve, role: "admin" });
    expect((await send(`/v1/keys/${created.id}`, { method: "DELETE", key })).status).toBe(404);
    await expect(revokeKey(conea, admin, created.id)).resolves.toBeUndefined();
  });

  it.each([
    ["no key", { key: "" }],
    ["a wrong key", { key: `ck_${"x".repeat(43)}` }],
    ["something that is no key", { key: "tasks/../keys" }],
    ["another scheme", { key: "", headers: { Authorization: "Basic bG9jYWw6bG9jYWw=" } }],
    ["an empty bearer", { key: "", headers: { Authorization: "Bearer " } }],
    ["two keys in one header", { key: "", headers: { Authorization: "Bearer a, Bearer b" } }],
  ])("answers 401 with WWW-Authenticate to %s", async (_, sent) => {
    const { send } = await openApi();
    const answer = await send("/v1/tasks", sent);
    expect([answer.status, answer.headers.get("www-authenticate")]).toEqual([401, 'Bearer realm="conea"']);
  });

  it("takes X-API-Key as well", async () => {
    const { send, keyFor } = await openApi();
    expect((await send("/v1/tasks", { key: "", headers: { "X-API-Key": await keyFor(ann) } })).status).toBe(
      200,
    );
  });
});
