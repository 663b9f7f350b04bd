/** Throws unless Secret Manager would take `name`: letters, digits, `_` and `-`, at most 255. */
export function checkSecretName(name: string): void {
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(name)) throw new TypeError("the name of a secret is not a plain word");
}
