import { existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";

/** Where the file that CONEA_CONFIG names is: beside a bundle that brings its own, or where the process was started. */
export function findConfigFile(path: string, folder: string): string {
  const beside = join(folder, path);
  return !isAbsolute(path) && existsSync(beside) ? beside : path;
}
