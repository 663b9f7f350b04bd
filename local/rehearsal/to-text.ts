/** All text of a message's content, as text or as a list of parts that may hold parts themselves. */
export function toText(content: unknown): string {
  if (typeof content === "string") return content;
  if (Array.isArray(content))
    return content
      .map(toText)
      .filter((text) => text !== "")
      .join(" ");
  if (typeof content !== "object" || content === null) return "";
  if ("text" in content) return toText(content.text);
  return "content" in content ? toText(content.content) : "";
}
