import { describe, expect, it } from "vitest";
import { bob } from "../../shared/tasks/conea.fixture.ts";
import { json, openApi } from "./api.fixture.ts";

describe("files", () => {
  it("takes an upload, and gives it to the provider of the task that refers to it", async () => {
    const seen: string[] = [];
    const { send, clock } = await openApi({
      provider: {
        async transcription({ input, readBlob }) {
          const { content, contentType } = await readBlob("blob" in input.audio ? input.audio.blob : "");
          seen.push(`${contentType} ${new TextDecoder().decode(content)}`);
          return {
            result: { text: "words" },
            usage: { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 },
          };
        },
      },
    });
    const uploaded = await send("/v1/blobs", {
      method: "POST",
      body: "sound",
      headers: { "Content-Type": "audio/mpeg" },
    });
    expect(uploaded.status).toBe(201);
    const { id, bytes } = await json(uploaded);
    expect(bytes).toBe(5);
    await send("/v1/tasks", {
      method: "POST",
      body: { type: "transcription", input: { audio: { blob: id } } },
    });
    await clock.advance(1_000);
    expect(seen).toEqual(["audio/mpeg sound"]);
  });

  it("does not give one user's upload to another", async () => {
    const { send, clock, keyFor } = await openApi({
      provider: { transcription: () => Promise.reject(new Error("called")) },
    });
    const upload = await send("/v1/blobs", {
      method: "POST",
      body: "sound",
      headers: { "Content-Type": "audio/mpeg" },
    });
    const { id } = await json(upload);
    const key = await keyFor(bob);
    const body = { type: "transcription", input: { audio: { blob: id } } };
    const task = await json(await send("/v1/tasks", { method: "POST", key, body }));
    await clock.advance(1_000);
    expect(await json(await send(`/v1/tasks/${task.id}`, { key }))).toMatchObject({
      status: "failed",
      error: { code: "blob_not_found" },
    });
  });

  it("repeats an upload with the same Idempotency-Key, and refuses another one under it", async () => {
    const { send } = await openApi();
    const upload = (body: string) =>
      send("/v1/blobs", {
        method: "POST",
        body,
        headers: { "Content-Type": "image/png", "Idempotency-Key": "k" },
      });
    const [first, again, other] = [await upload("one"), await upload("one"), await upload("two")];
    expect((await json(again)).id).toBe((await json(first)).id);
    expect([first.status, again.status, other.status]).toEqual([201, 201, 422]);
  });

  it("gives binary results as a link that anybody may read, and a fresh one once it has expired", async () => {
    const { send, clock, embedded } = await openApi({
      provider: {
        speech: async () => ({
          result: { file: { content: new TextEncoder().encode("music"), contentType: "audio/mpeg" } },
          usage: { inputTokens: 1, cachedInputTokens: 0, outputTokens: 0 },
        }),
      },
    });
    const body = { type: "speech", input: { text: "Hello", voice: "alloy" } };
    const { id } = await json(await send("/v1/tasks", { method: "POST", body }));
    await clock.advance(1_000);
    const read = async () =>
      (await json<{ result: { file: { url: string } } }>(await send(`/v1/tasks/${id}`))).result;
    const { file } = await read();
    expect(await (await embedded.serveBlob(new Request(file.url))).text()).toBe("music");
    await clock.advance(25 * 3_600_000);
    expect((await embedded.serveBlob(new Request(file.url))).status).toBe(403);
    const fresh = await read();
    expect(await (await embedded.serveBlob(new Request(fresh.file.url))).text()).toBe("music");
  });

  it("gives a result above 100 KB as a link to its JSON", async () => {
    const embeddings = [{ index: 0, values: Array.from({ length: 10_000 }, (_, index) => index / 7) }];
    const { send, clock, embedded } = await openApi({
      provider: {
        embedding: async () => ({
          result: { embeddings },
          usage: { inputTokens: 1, cachedInputTokens: 0, outputTokens: 0 },
        }),
      },
    });
    const body = { type: "embedding", input: { input: "x" } };
    const { id } = await json(await send("/v1/tasks", { method: "POST", body }));
    await clock.advance(1_000);
    const { result } = await json<{ result: { file: { url: string; contentType: string } } }>(
      await send(`/v1/tasks/${id}`),
    );
    expect(result.file.contentType).toBe("application/json");
    expect(await (await embedded.serveBlob(new Request(result.file.url))).json()).toEqual({ embeddings });
  });
});
