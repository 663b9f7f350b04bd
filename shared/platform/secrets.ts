/** Keys and passwords, by name (`OPENAI_API_KEY`). Values never appear in an error or a log. */
export interface Secrets {
  /** The current version's value, without surrounding white space. Resolves to `undefined` when there is none. */
  get(name: string): Promise<string | undefined>;
  /** Adds a version, which becomes the current one, and creates the secret when it is new. */
  addVersion(name: string, value: string): Promise<void>;
}
