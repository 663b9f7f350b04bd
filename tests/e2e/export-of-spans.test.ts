import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTraced, traceparent } from "./open-traced.fixture.ts";
import { type OtlpReceiver, startOtlpReceiver } from "./otlp-receiver.fixture.ts";

let receiver: OtlpReceiver;
let opened: Awaited<ReturnType<typeof openTraced>> | undefined;
beforeEach(async () => {
  receiver = await startOtlpReceiver();
});
afterEach(async () => {
  await opened?.close();
  opened = undefined;
  await receiver.close();
});

describe("the export of spans", () => {
  it("is done before the response ends", async () => {
    const arrived = Promise.withResolvers<void>();
    const mayAnswer = Promise.withResolvers<void>();
    await receiver.close();
    receiver = await startOtlpReceiver(async (response) => {
      arrived.resolve();
      await mayAnswer.promise;
      response.end();
    });
    opened = await openTraced(receiver.url);
    const response = await opened.api(new Request("http://api/healthz", { headers: { traceparent } }));
    let isRead = false;
    const read = response.text().then((text) => {
      isRead = true;
      return text;
    });
    await arrived.promise;
    expect([isRead, receiver.spans.map(({ name }) => name)]).toEqual([false, ["GET /healthz"]]);
    mayAnswer.resolve();
    expect(JSON.parse(await read)).toEqual({ status: "ok" });
  });

  it("is done before a response without a body is there", async () => {
    opened = await openTraced(receiver.url);
    const response = await opened.worker(
      new Request("http://worker/", {
        method: "POST",
        headers: { "Content-Type": "application/json", traceparent },
        body: '{"queue":"main","reason":"ready"}',
      }),
    );
    expect([response.status, response.body]).toEqual([204, null]);
    const server = receiver.spans.find(({ kind }) => kind === 2);
    expect(server).toMatchObject({ name: "POST", attributes: { "http.response.status_code": 204 } });
  });

  it("holds what a function of its own schedule did", async () => {
    opened = await openTraced(receiver.url);
    const sweep = new Request("http://sweep/", { method: "POST", headers: { traceparent } });
    await (await opened.sweep(sweep)).text();
    expect(receiver.spans.map(({ name }) => name)).toContain("query tasks");
  });

  it.each([
    [
      "refuses them",
      (response: { writeHead(status: number): { end(): void } }) => response.writeHead(400).end(),
    ],
    ["cuts the connection", (response: { destroy(): void }) => response.destroy()],
    ["never answers", () => undefined],
  ])("fails no request when the collector %s", async (_, answer) => {
    await receiver.close();
    receiver = await startOtlpReceiver(answer as (response: unknown) => void);
    opened = await openTraced(receiver.url);
    expect((await (await opened.submit()).json()) as object).toHaveProperty("id");
    const warned = opened.lines.filter(({ sentence }) => sentence === "spans were not exported");
    expect(warned).toHaveLength(1);
    // From now on it is left alone: the next request does not wait for it.
    const asked = receiver.tokens.length;
    await (await opened.submit()).text();
    expect(receiver.tokens.length).toBe(asked);
  });

  it("fails no request when there is no collector", async () => {
    opened = await openTraced("http://127.0.0.1:1/v1/traces");
    expect((await opened.submit()).status).toBe(202);
  });
});
