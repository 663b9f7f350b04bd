import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { MissingTool } from "../emulators/missing-tool.ts";

const names = ["chromium", "chromium-browser", "google-chrome"];

/** The program that CHROMIUM names, or the first browser of the PATH that will do. Throws `MissingTool`. */
export function findChromium(environment: Record<string, string | undefined>): string {
  const { CHROMIUM, PATH = "" } = environment;
  const folders = PATH.split(delimiter).filter((folder) => folder !== "");
  const paths = CHROMIUM ? [CHROMIUM] : names.flatMap((name) => folders.map((folder) => join(folder, name)));
  const found = paths.find(isProgram);
  if (found) return found;
  throw new MissingTool(
    CHROMIUM
      ? `Chromium is missing: CHROMIUM names ${CHROMIUM}, which is no program.`
      : "Chromium is missing: apt-get install -y chromium, or name one in CHROMIUM.",
  );
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
