/** The path of a request's address, which is whole and without a fragment: a URL made for it costs a microsecond. */
export function pathOf({ url }: { url: string }): string {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  const end = url.indexOf("?", start);
  return url.slice(start, end < 0 ? undefined : end);
}
