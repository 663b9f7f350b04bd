import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { MissingTool } from "./missing-tool.ts";

const command = ["info", "--format=value(installation.sdk_root)"];
const withinMs = 30_000;

/** The folder of the Google Cloud SDK, as its own `gcloud` tells it. Throws `MissingTool` when there is no `gcloud`. */
export async function findCloudSdk(): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)("gcloud", command, { timeout: withinMs });
    return stdout.trim();
  } catch (cause) {
    throw new MissingTool(
      "gcloud of the Google Cloud SDK is missing, or does not answer: https://cloud.google.com/sdk/docs/install",
      { cause },
    );
  }
}
