import { createApi } from "unsplash-js";
import { expect, test } from "vitest";
import { useRehearsal } from "./rehearsal.fixture.ts";

const baseUrl = useRehearsal("unsplash");
const open = () => createApi({ accessKey: "any", baseUrl: baseUrl() });

async function search(query: { query: string; page?: number; per_page?: number }) {
  const { data, response } = await open().GET("/search/photos", { params: { query } });
  return { data, response };
}

test("finds photos with their photographer, their links and the headers of the limit", async () => {
  const { data, response } = await search({ query: "mountains", per_page: 3 });
  expect(data).toMatchObject({ total: 40, total_pages: 14 });
  expect(data?.results).toHaveLength(3);
  const [photo] = data?.results ?? [];
  expect(photo?.id).toMatch(/^[\w-]{11}$/);
  expect(photo?.user).toMatchObject({
    name: "Rita Rehearsal",
    links: { html: "https://unsplash.com/@rehearsal" },
  });
  expect(photo?.links.download_location).toContain(`/photos/${photo?.id}/download`);
  expect(response.headers.get("x-ratelimit-limit")).toBe("50");
  expect(response.headers.get("x-ratelimit-remaining")).toBe("49");
});

test("finds the same again, others on the next page, and none after the last", async () => {
  const ids = async (page: number) =>
    (await search({ query: "sea", page, per_page: 30 })).data?.results.map(({ id }) => id) ?? [];
  const [first, again, second, third] = await Promise.all([ids(1), ids(1), ids(2), ids(3)]);
  expect(first).toEqual(again);
  expect([first.length, second.length, third.length]).toEqual([30, 10, 0]);
  expect(new Set([...first, ...second]).size).toBe(40);
});

test("shows the pictures it finds", async () => {
  const { data } = await search({ query: "forest" });
  const picture = await fetch(data?.results[0]?.urls.regular ?? "");
  expect(picture.headers.get("content-type")).toBe("image/png");
  expect(
    Buffer.from(await picture.arrayBuffer())
      .subarray(1, 4)
      .toString(),
  ).toBe("PNG");
});

test("takes the report of a download and gives the picture's address", async () => {
  const { data, response } = await open().GET("/photos/{id}/download", {
    params: { path: { id: "abc_DEF-123" } },
  });
  expect(data?.url).toContain("abc_DEF-123");
  expect(response.headers.get("x-ratelimit-remaining")).toBe("49");
});

test("refuses what it does not know as Unsplash would", async () => {
  const { error, response } = await open().GET("/search/photos", { params: { query: { query: "" } } });
  expect(response.status).toBe(400);
  expect(error).toEqual({ errors: ["query is missing"] });
});
