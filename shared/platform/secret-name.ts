/** Throws unless Secret Manager would take `name`: letters, digits, `_` and `-`, at most 255. */
export function checkSecretName(name: string): void {
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(name)) throw new TypeError("the name of a secret is not a plain word");
}

/** What a version that the environment sets is called. */
export const environmentVersion = "environment";

/** Throws unless `version` is a number counted from 1, or `environment`. */
export function checkSecretVersion(version: string): void {
  if (version !== environmentVersion && !/^[1-9]\d{0,8}$/.test(version))
    throw new TypeError("a version of a secret is a number, counted from 1");
}
