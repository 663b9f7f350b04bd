const transientStatus = new Set([408, 429, 500, 502, 503, 504]);
const transientCode = new Set([
  "EAI_AGAIN",
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ERR_STREAM_PREMATURE_CLOSE",
  "ETIMEDOUT",
  // The content differs from its checksum: it was damaged on its way, or the stream ended early.
  "CONTENT_DOWNLOAD_MISMATCH",
]);

/** Nothing came in time. What was asked may have been done. */
export class StorageTimeout extends Error {
  override readonly name = "StorageTimeout";
}

/** The HTTP status that a client's error carries, whichever of its layers made it. */
export function toStorageStatus(error: unknown): number | undefined {
  const { code, status } = toFields(error);
  return [status, code].map(Number).find((number) => number >= 400 && number <= 599);
}

/** Whether it is the object that is not there, and not its bucket: both answer 404. */
export function isMissingObject(error: unknown): boolean {
  const isBucket = error instanceof Error && /bucket does not exist/i.test(error.message);
  return toStorageStatus(error) === 404 && !isBucket;
}

/** Whether asking again may help: the service was busy or the way was broken. */
export function isStorageTransient(error: unknown): boolean {
  const { code, cause, errors, name } = toFields(error);
  if (error instanceof StorageTimeout || name === "TimeoutError" || name === "AbortError") return true;
  if (transientStatus.has(toStorageStatus(error) ?? 0)) return true;
  if (transientCode.has(String(code))) return true;
  if (Array.isArray(errors) && errors.some((each) => transientCode.has(String(toFields(each).reason))))
    return true;
  return cause !== undefined && isStorageTransient(cause);
}

/** What a failure says to whoever runs this. Cloud Storage's own words are the cause. */
export function toStorageError(cause: unknown, what: string, bucket: string): Error {
  return new Error(toSentence(cause, what, bucket), { cause });
}

function toSentence(cause: unknown, what: string, bucket: string): string {
  const status = toStorageStatus(cause);
  if (status === 404) return `The bucket ${bucket} does not exist; terraform apply creates it.`;
  if (status === 401 || status === 403)
    return `This service account may not ${what} in the bucket ${bucket}; it lacks roles/storage.objectUser.`;
  return `Cloud Storage did not ${what} in the bucket ${bucket} (${status ?? toToken(cause) ?? "no answer"}).`;
}

/** A code such as ECONNRESET, which holds nothing of what was sent. */
function toToken(error: unknown): string | undefined {
  const { code } = toFields(error);
  return typeof code === "string" && /^[A-Z_]{1,40}$/.test(code) ? code : undefined;
}

type Fields = { [name in "code" | "status" | "cause" | "errors" | "name" | "reason"]?: unknown };

function toFields(error: unknown): Fields {
  return typeof error === "object" && error !== null ? error : {};
}
