import { describe, expect, it } from "vitest";
import { json, openApi } from "./api.fixture.ts";

describe("models and description", () => {
  it("lists and shows models, and names near ones to who asks for another", async () => {
    const { send, submit } = await openApi();
    expect((await json(await send("/v1/models"))).items).toMatchObject([{ id: "m", provider: "main" }]);
    expect((await send("/v1/models/m")).status).toBe(200);
    expect((await send("/v1/models/constructor")).status).toBe(404);
    const unknown = await submit({ model: "mm" });
    expect(unknown.status).toBe(404);
    expect(await json(unknown)).toMatchObject({
      code: "unknown_model",
      detail: 'There is no model "mm". Did you mean m?',
    });
  });

  it("serves an OpenAPI 3.1 document of every operation, and its health", async () => {
    const { send } = await openApi();
    const document = await json<{ openapi: string; paths: object }>(await send("/openapi.json", { key: "" }));
    expect(document.openapi).toBe("3.1.0");
    expect(Object.keys(document.paths)).toContain("/v1/tasks/{taskId}/events");
    expect((await send("/healthz", { key: "" })).status).toBe(200);
    expect((await send("/readyz", { key: "" })).status).toBe(200);
  });
});

describe("faults of our own", () => {
  it("become a 500 that says only where to look, and are logged whole", async () => {
    const { send, conea, lines } = await openApi();
    conea.documents.query = async () => {
      throw new Error("password=hunter2");
    };
    const answer = await send("/v1/tasks");
    const text = await answer.text();
    expect(answer.status).toBe(500);
    expect(text).not.toContain("hunter2");
    expect(lines.find(({ severity }) => severity === "ERROR")?.fields.requestId).toBe(
      answer.headers.get("x-request-id"),
    );
  });
});
