const segment = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const maxLength = 512;

/** Throws unless `key` is a path of plain segments, which is safe as a file name, in a URL and as an object name. */
export function checkBlobKey(key: string): void {
  const isPlain = key.length <= maxLength && key.split("/").every((part) => segment.test(part));
  if (!isPlain) throw new TypeError("a blob's key is not a path of plain segments");
}

/** Throws unless `contentType` can stand in a header. */
export function checkContentType(contentType: string): void {
  if (!/^[\x21-\x7e][\x20-\x7e]{2,199}$/.test(contentType))
    throw new TypeError("a content type is not plain text");
}

/** How long a signed link may last. */
export const maxLinkSeconds = 604_800;

export function checkLinkSeconds(seconds: number): void {
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > maxLinkSeconds)
    throw new RangeError(`a signed link lasts from 1 to ${maxLinkSeconds} seconds`);
}
