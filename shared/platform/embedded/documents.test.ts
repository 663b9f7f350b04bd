import { describe } from "vitest";
import { createLog } from "../../core/log.ts";
import { describeDocuments } from "../documents.contract.ts";
import { openEmbeddedDocuments } from "./documents.ts";
import { createVirtualClock } from "./virtual-clock.ts";

describe("embedded documents in memory", () => {
  describeDocuments(() =>
    openEmbeddedDocuments({ clock: createVirtualClock(), log: createLog(() => undefined) }),
  );
});
