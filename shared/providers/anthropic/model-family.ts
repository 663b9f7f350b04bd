/** What a Claude model accepts, as far as it differs between generations. */
export type ModelFamily = {
  /**
   * Whether it takes `temperature` and `top_p`: both; one of them (4.1 to 4.6); or none, which it then refuses even at
   * their defaults.
   */
  sampling: "both" | "one" | "none";
  /**
   * How it is told to think: `budget` in tokens (3.7 to 4.5), `effort` (4.6 and later), or not at all. Each refuses
   * the others' way.
   */
  thinking: "none" | "budget" | "effort";
};

/** `claude-3-5-haiku-20241022`, `claude-sonnet-4-5`, `anthropic.claude-opus-4-1-20250805`: generation and, where named, step. */
const name = /claude-(?:[a-z]+-)?(\d)(?:[-.](\d{1,2})(?!\d))?/;

/** Reads the family off the model's name. A name that says nothing is taken for one of the newest. */
export function toModelFamily(model: string): ModelFamily {
  const [, generation, step] = name.exec(model) ?? [];
  const version = generation ? Number(generation) * 100 + Number(step ?? 0) : Number.POSITIVE_INFINITY;
  return { sampling: toSampling(version), thinking: toThinking(version) };
}

function toSampling(version: number): ModelFamily["sampling"] {
  if (version >= 407) return "none";
  return version >= 401 ? "one" : "both";
}

function toThinking(version: number): ModelFamily["thinking"] {
  if (version >= 406) return "effort";
  return version >= 307 ? "budget" : "none";
}
