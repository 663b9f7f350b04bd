/** How a Gemini model is told to think: by a budget in tokens (2.5), by a level (3 and later), or not at all. */
export type Thinking = "none" | "budget" | "level";

/** Reads it off the model's name. A name that says nothing is taken for one of the newest. */
export function toThinking(model: string): Thinking {
  const [, version] = /gemini-(\d+(?:\.\d+)?)/.exec(model) ?? [];
  const generation = version ? Number(version) : Number.POSITIVE_INFINITY;
  if (generation >= 3) return "level";
  return generation >= 2.5 ? "budget" : "none";
}
