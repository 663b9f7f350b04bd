import { createHash, createVerify } from "node:crypto";
import type { Call } from "./answer.ts";
import { StorageError } from "./storage-error.ts";

const algorithm = "GOOG4-RSA-SHA256";
const longestSeconds = 604_800;

export type Trusted = { email: string; publicKey: string };

/** Throws unless the call carries a V4 signature of the service account and its time has not passed. */
export function verifyLink(call: Call, { email, publicKey }: Trusted, nowMs: number): void {
  const query = call.url.searchParams;
  const [credential, date, expires, signature] = ["Credential", "Date", "Expires", "Signature"].map((name) =>
    query.get(`X-Goog-${name}`),
  );
  if (!credential || !date || !expires || !signature)
    throw new StorageError(403, "accessDenied", "Access denied.");
  const scope = `${date.slice(0, 8)}/auto/storage/goog4_request`;
  const toSign = [algorithm, date, scope, sha256(toCanonicalRequest(call))].join("\n");
  const isSigned =
    query.get("X-Goog-Algorithm") === algorithm &&
    credential === `${email}/${scope}` &&
    createVerify("RSA-SHA256").update(toSign).verify(publicKey, signature, "hex");
  if (!isSigned)
    throw new StorageError(403, "signatureDoesNotMatch", "The request signature does not match.");
  checkTime(date, Number(expires), nowMs);
}

function toCanonicalRequest({ method, url, headers }: Call): string {
  const query = url.search
    .slice(1)
    .split("&")
    .filter((pair) => !pair.startsWith("X-Goog-Signature="))
    .sort();
  const signed = (url.searchParams.get("X-Goog-SignedHeaders") ?? "").split(";");
  // The client signs the host without its port.
  const lines = signed.map(
    (name) => `${name}:${(headers[name] ?? "").replace(name === "host" ? /:\d+$/ : "", "")}\n`,
  );
  return [method, url.pathname, query.join("&"), lines.join(""), signed.join(";"), "UNSIGNED-PAYLOAD"].join(
    "\n",
  );
}

function checkTime(date: string, expires: number, nowMs: number): void {
  const startMs = Date.parse(date.replace(/^(....)(..)(..T..)(..)(..Z)$/, "$1-$2-$3:$4:$5"));
  if (!(expires >= 1 && expires <= longestSeconds))
    throw new StorageError(
      400,
      "authorizationQueryParametersError",
      "X-Goog-Expires must be at most seven days.",
    );
  // Clocks differ; Cloud Storage allows the signer's to be ahead by a quarter of an hour.
  if (nowMs < startMs - 900_000) throw new StorageError(403, "accessDenied", "Request is not yet valid.");
  if (nowMs >= startMs + expires * 1_000)
    throw new StorageError(400, "expiredToken", "The provided token has expired.");
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
