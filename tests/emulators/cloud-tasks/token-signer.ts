import { generateKeyPair, type JsonWebKey, type KeyObject, sign } from "node:crypto";
import { promisify } from "node:util";

export type TokenSigner = {
  /** An OIDC token as Google's: RS256, an hour of life. */
  sign(token: { serviceAccount: string; audience: string }, nowMs: number): Promise<string>;
  /** The public key in a key set, to verify with. */
  keys(): Promise<{ keys: JsonWebKey[] }>;
};

const keyId = "cloud-tasks-fake";

/** Signs with a key of its own, made when the first token is needed. */
export function createTokenSigner(): TokenSigner {
  let pair: Promise<{ publicKey: KeyObject; privateKey: KeyObject }> | undefined;
  const openPair = () => {
    pair ??= promisify(generateKeyPair)("rsa", { modulusLength: 2_048 });
    return pair;
  };

  return {
    async sign({ serviceAccount, audience }, nowMs) {
      const issuedAt = Math.floor(nowMs / 1_000);
      const claims = {
        iss: "https://accounts.google.com",
        sub: "100000000000000000001",
        azp: "100000000000000000001",
        aud: audience,
        email: serviceAccount,
        email_verified: true,
        iat: issuedAt,
        exp: issuedAt + 3_600,
      };
      const text = [{ alg: "RS256", kid: keyId, typ: "JWT" }, claims].map(encode).join(".");
      const { privateKey } = await openPair();
      return `${text}.${sign("sha256", Buffer.from(text), privateKey).toString("base64url")}`;
    },
    async keys() {
      const { publicKey } = await openPair();
      return { keys: [{ ...publicKey.export({ format: "jwk" }), kid: keyId, alg: "RS256", use: "sig" }] };
    },
  };
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}
