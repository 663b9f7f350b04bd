import { createLog } from "../../core/log.ts";
import { systemClock } from "./clock.ts";
import { openEmbeddedDocuments } from "./documents.ts";

/** Run as a process of its own: counts up in `c/counter` of the folder given, and prints each number once it is committed. */
const [, , folder = ""] = process.argv;
const { documents } = await openEmbeddedDocuments({
  folder,
  clock: systemClock,
  log: createLog(() => undefined),
  compactAboveBytes: 4_000,
});
for (let n = 1; ; n++) {
  await documents.commit([{ op: "set", path: "c/counter", data: { n } }]);
  await new Promise<void>((resolve) => process.stdout.write(`${n}\n`, () => resolve()));
}
