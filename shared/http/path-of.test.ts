import { expect, it } from "vitest";
import { pathOf } from "./path-of.ts";

it("gives the path that a URL has", () => {
  const addresses = [
    "http://127.0.0.1:8080/openai/v1/models?limit=1&x=/a?b",
    "https://conea.example/",
    "http://[::1]:80/v1/tasks/task_a",
    "http://worker/a%2Fb//c",
  ];
  for (const url of addresses) {
    const request = new Request(url);
    expect(pathOf(request)).toBe(new URL(request.url).pathname);
  }
});
