import { randomBytes } from "node:crypto";

/** A project id nobody has used: in an emulator, an empty database of its own. */
export function freshProject(): string {
  return `test-${randomBytes(8).toString("hex")}`;
}
