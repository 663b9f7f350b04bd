import { expect, it } from "vitest";
import { createLog } from "../core/log.ts";
import { openEmbeddedDocuments } from "../platform/embedded/documents.ts";
import { createVirtualClock } from "../platform/embedded/virtual-clock.ts";
import { createEndpointBook, rememberMs } from "./create-endpoint-book.ts";

it("knows that a tenant has no endpoints once it was looked up, for two seconds or until told to forget", async () => {
  const clock = createVirtualClock();
  const { documents, close } = await openEmbeddedDocuments({ clock, log: createLog(() => undefined) });
  const book = createEndpointBook({ documents, clock });
  expect(book.isEmpty("t")).toBe(false);
  expect(await book.find("t")).toEqual([]);
  expect(book.isEmpty("t")).toBe(true);
  expect(book.isEmpty("other")).toBe(false);
  await clock.advance(rememberMs);
  expect(book.isEmpty("t")).toBe(false);
  await book.find("t");
  book.forget("t");
  expect(book.isEmpty("t")).toBe(false);
  const data = { tenant: "t", createdAt: "2026-01-01T00:00:00.000Z" };
  await documents.commit([{ op: "create", path: "webhookEndpoints/e", data }]);
  expect(await book.find("t")).toHaveLength(1);
  expect(book.isEmpty("t")).toBe(false);
  await close();
});
