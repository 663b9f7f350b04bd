/** A custom token as only the Auth emulator takes it: nobody signed it. */
export function toUnsignedToken(uid: string, claims: object): string {
  const now = Math.floor(Date.now() / 1_000);
  const issuer = "firebase-auth-emulator@example.com";
  const body = {
    aud: "https://identitytoolkit.googleapis.com/google.identity.identitytoolkit.v1.IdentityToolkit",
    iss: issuer,
    sub: issuer,
    iat: now,
    exp: now + 3_600,
    uid,
    claims,
  };
  return `${encode({ alg: "none", typ: "JWT" })}.${encode(body)}.`;
}

function encode(value: object): string {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
