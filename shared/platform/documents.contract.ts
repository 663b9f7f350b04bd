import { describe } from "vitest";
import type { OpenDocuments } from "./documents.fixture.ts";
import { describeCommits } from "./documents-commit.contract.ts";
import { describeDeleteTimes } from "./documents-delete-time.contract.ts";
import { describeFilters } from "./documents-filter.contract.ts";
import { describeLimits } from "./documents-limits.contract.ts";
import { describeListening } from "./documents-listen.contract.ts";
import { describeNearest } from "./documents-nearest.contract.ts";
import { describeOrder } from "./documents-order.contract.ts";
import { describeUpdates } from "./documents-update.contract.ts";

/** What every implementation of `Documents` promises, Firestore first of all. */
export function describeDocuments(open: OpenDocuments): void {
  describe("commit", () => describeCommits(open));
  describe("update", () => describeUpdates(open));
  describe("deleteAt", () => describeDeleteTimes(open));
  describe("where", () => describeFilters(open));
  describe("orderBy, startAfter, limit", () => describeOrder(open));
  describe("nearest", () => describeNearest(open));
  describe("listen", () => describeListening(open));
  describe("limits", () => describeLimits(open));
}
