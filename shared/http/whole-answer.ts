const wholes = new WeakSet<Response>();

/**
 * An answer in JSON. An adapter whose `Response` reads headers lazily may write it as it is: asking an answer for its headers, to
 * add to them or to find out what it is, makes an object of all that costs more than writing them.
 */
export function toWholeAnswer(content: object, headers: Record<string, string>): Response {
  const answer = new Response(JSON.stringify(content), {
    headers: { "Content-Type": "application/json", ...headers },
  });
  wholes.add(answer);
  return answer;
}

/** Whether nothing is to be added to an answer: its text and its headers are all there. */
export function isWhole(answer: Response): boolean {
  return wholes.has(answer);
}
