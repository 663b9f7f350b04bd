/** A value and the version it belongs to: a number counted from 1, or `environment` where one is set there. */
export type SecretVersion = { version: string; value: string };

/** Keys and passwords, by name (`OPENAI_API_KEY`). Values never appear in an error or a log. */
export interface Secrets {
  /** The current version's value, without surrounding white space. Resolves to `undefined` when there is none. */
  get(name: string): Promise<string | undefined>;
  /**
   * The same with the version's name, or an earlier version by that name. A version never changes, and stays after others are
   * added; `undefined` when there is none, or it is disabled or destroyed.
   */
  getVersion(name: string, version?: string): Promise<SecretVersion | undefined>;
  /** Adds a version, which becomes the current one, and creates the secret when it is new. */
  addVersion(name: string, value: string): Promise<void>;
}
