import type { File } from "@google-cloud/storage";
import type { Clock } from "../../core/clock.ts";

export const cannotSign =
  "A link could not be signed; the service account needs roles/iam.serviceAccountTokenCreator on itself, and the project " +
  "the IAM Credentials API.";

export type SignOptions = { clock: Clock; signingEndpoint: string | undefined };

/** A V4 link for reading. Without a key file the IAM Credentials service signs it, as the function's service account. */
export async function signLink(file: File, seconds: number, options: SignOptions): Promise<string> {
  const { clock, signingEndpoint } = options;
  const nowMs = Math.floor(clock.now() / 1_000) * 1_000;
  const [url] = await file.getSignedUrl({
    version: "v4",
    action: "read",
    accessibleAt: new Date(nowMs),
    expires: new Date(nowMs + seconds * 1_000),
    ...(signingEndpoint !== undefined && { signingEndpoint }),
  });
  return url;
}
