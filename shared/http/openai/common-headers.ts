/** What every answer bears, beside what it says of itself. */
export function toCommonHeaders(requestId: string) {
  return {
    "X-Request-Id": requestId,
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
  };
}

/** The answer with what every one bears; what it says of caching itself stands. */
export function withCommonHeaders(answer: Response, requestId: string): Response {
  const { headers } = answer;
  for (const [name, value] of Object.entries(toCommonHeaders(requestId))) {
    if (name !== "Cache-Control" || !headers.has(name)) headers.set(name, value);
  }
  return answer;
}
