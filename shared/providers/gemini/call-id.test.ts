import fc from "fast-check";
import { expect, test } from "vitest";
import { fromCallId, toCallId } from "./call-id.ts";

test("brings id and signature back exactly as the vendor gave them", () => {
  const ids = fc.stringMatching(/^[a-zA-Z0-9-]{1,20}$/);
  const signatures = fc.uint8Array({ minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(ids, signatures, (id, bytes) => {
      const thoughtSignature = Buffer.from(bytes).toString("base64");
      const callId = toCallId({ functionCall: { id, name: "f" }, thoughtSignature }, "r", 0);
      expect(callId).toMatch(/^[a-zA-Z0-9_-]+$/);
      expect(fromCallId(callId)).toEqual({ id, signature: thoughtSignature });
    }),
  );
});

test("does not send an id back that the vendor never gave", () => {
  const part = { functionCall: { name: "f", args: { a: 1 } }, thoughtSignature: "AQI=" };
  expect(fromCallId(toCallId(part, "r", 0))).toEqual({ signature: "AQI=" });
});

test("leaves the ids of other vendors as they are", () => {
  expect(fromCallId("call_AbC123")).toEqual({ id: "call_AbC123" });
  expect(fromCallId("toolu_01D7FLrfh4GYq7yT1ULFeyMV")).toEqual({ id: "toolu_01D7FLrfh4GYq7yT1ULFeyMV" });
});
