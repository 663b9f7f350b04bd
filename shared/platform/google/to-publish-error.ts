const notFound = 5;
const permissionDenied = 7;

/** What a failed publish says to whoever runs this: never Pub/Sub's own text, which is the cause. */
export function toPublishError(cause: unknown, topic: string): Error {
  return new Error(toSentence(toCode(cause), topic), { cause });
}

function toSentence(code: number | undefined, topic: string): string {
  if (code === notFound) return `The Pub/Sub topic ${topic} does not exist; terraform apply creates it.`;
  if (code === permissionDenied)
    return `This service account may not publish to the Pub/Sub topic ${topic}; it lacks roles/pubsub.publisher.`;
  return `Pub/Sub did not take an event for ${topic} (${code === undefined ? "it was not reached" : `gRPC code ${code}`}).`;
}

function toCode(cause: unknown): number | undefined {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  return typeof code === "number" ? code : undefined;
}
