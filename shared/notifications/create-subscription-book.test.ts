import { expect, it } from "vitest";
import { createLog } from "../core/log.ts";
import { openEmbeddedDocuments } from "../platform/embedded/documents.ts";
import { createVirtualClock } from "../platform/embedded/virtual-clock.ts";
import { createSubscriptionBook } from "./create-subscription-book.ts";

it("knows that a tenant has no subscriptions once it was looked up, for two seconds or until told to forget", async () => {
  const clock = createVirtualClock();
  const { documents, close } = await openEmbeddedDocuments({ clock, log: createLog(() => undefined) });
  const book = createSubscriptionBook({ documents, clock });
  expect(book.isEmpty("t")).toBe(false);
  expect((await book.find("t")).subscriptions).toEqual([]);
  expect(book.isEmpty("t")).toBe(true);
  await clock.advance(2_000);
  expect(book.isEmpty("t")).toBe(false);
  await book.find("t");
  book.forget("t");
  expect(book.isEmpty("t")).toBe(false);
  await close();
});
