import { APIError } from "@anthropic-ai/sdk";
import { expect, test } from "vitest";
import { toEventValue } from "./to-event-value.ts";

const headers = new Headers({ "request-id": "req_1" });
const read = (name: string, data: string) => toEventValue(APIError)({ name, data }, headers);

test("reads what an event says, and nothing of one that keeps the line open or has no name", () => {
  expect(read("message_stop", '{"type":"message_stop"}')).toEqual({ type: "message_stop" });
  expect(read("ping", '{"type":"ping"}')).toBeUndefined();
  expect(read("", '{"type":"message_stop"}')).toBeUndefined();
});

test("throws the SDK's error for an event that tells of one, and a syntax error where one is no JSON", () => {
  const busy = '{"type":"error","error":{"type":"overloaded_error","message":"busy"}}';
  const told = { type: "overloaded_error", apiMessage: "busy", requestID: "req_1" };
  expect(() => read("error", busy)).toThrow(expect.objectContaining(told));
  expect(() => read("error", "busy")).toThrow(APIError);
  expect(() => read("message_stop", "{")).toThrow(SyntaxError);
});
