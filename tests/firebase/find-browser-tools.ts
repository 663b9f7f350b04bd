import { MissingTool } from "../emulators/missing-tool.ts";
import { findChromium } from "./find-chromium.ts";
import { installFirebaseTools } from "./install-firebase-tools.ts";

export type BrowserTools = { chromium: string } | { missing: string };

/**
 * What a test of the page needs beside the Firestore emulator: Chromium, and firebase-tools in its cache. Resolves to the
 * sentence that says what is missing; under CI=true it throws that instead.
 */
export async function findBrowserTools(environment: NodeJS.ProcessEnv): Promise<BrowserTools> {
  try {
    const chromium = findChromium(environment);
    await installFirebaseTools();
    return { chromium };
  } catch (error) {
    if (!(error instanceof MissingTool) || environment.CI === "true") throw error;
    return { missing: error.message };
  }
}
