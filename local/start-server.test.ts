import { expect, it } from "vitest";
import { toWholeAnswer } from "../shared/http/whole-answer.ts";
import { startServer } from "./start-server.ts";

it("writes a whole answer with its own headers and its length", async () => {
  const { url, close } = await startServer(0, async () =>
    toWholeAnswer({ word: "größer" }, { "X-Own": "1" }),
  );
  const answer = await fetch(url);
  const { headers } = answer;
  expect(await answer.json()).toEqual({ word: "größer" });
  expect(["content-type", "x-own", "content-length"].map((name) => headers.get(name))).toEqual([
    "application/json",
    "1",
    "19",
  ]);
  await close();
});
