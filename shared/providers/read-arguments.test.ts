import { expect, test } from "vitest";
import { readArguments } from "./read-arguments.ts";

test("reads the text of an object, and blank text as an empty one", () => {
  expect(readArguments('{"city":"Graz"}', "p")).toEqual({ city: "Graz" });
  expect(readArguments(" ", "p")).toEqual({});
});

test.each(["{broken", "[1]", "7", "null"])(
  "refuses %s, naming the parameter and nothing of the text",
  (text) => {
    const problem = { kind: "invalid_request", message: expect.stringMatching(/parameter tools\[0\]\)$/) };
    expect(() => readArguments(text, "tools[0]")).toThrow(expect.objectContaining(problem));
  },
);
