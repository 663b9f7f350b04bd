import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import type { Trusted } from "./verify-link.ts";

export type ServiceAccount = Trusted & { privateKey: string };

/** A service account of nobody's project, with a key made now. */
export function createServiceAccount(email = "conea@demo.iam.gserviceaccount.com"): ServiceAccount {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2_048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  return { email, publicKey, privateKey };
}

/** As GOOGLE_APPLICATION_CREDENTIALS wants it. */
export function writeKeyFile(path: string, { email, privateKey }: ServiceAccount): void {
  const key = {
    type: "service_account",
    project_id: "demo",
    client_email: email,
    private_key: privateKey,
    token_uri: "http://127.0.0.1:1/token",
  };
  writeFileSync(path, JSON.stringify(key), { mode: 0o600 });
}
