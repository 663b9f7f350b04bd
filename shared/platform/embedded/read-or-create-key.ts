import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { isMissing } from "./is-missing.ts";

const keyBytes = 32;

/** A random key that is made once and kept in a file only its owner can read. */
export async function readOrCreateKey(path: string): Promise<Buffer> {
  const text = (await readExisting(path)) ?? (await create(path));
  if (!/^[0-9a-f]{64}\s*$/.test(text)) throw new Error(`The file ${path} does not hold a key. Remove it.`);
  return Buffer.from(text.trim(), "hex");
}

async function readExisting(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function create(path: string): Promise<string> {
  const text = randomBytes(keyBytes).toString("hex");
  await writeFile(path, text, { mode: 0o600, flag: "wx" });
  return text;
}
