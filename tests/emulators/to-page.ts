/** One page of a list, as Google's services page: a token that is empty on the last. */
export function toPage<T>(
  all: T[],
  { pageSize, pageToken }: { pageSize: number; pageToken: string },
): { items: T[]; nextPageToken: string } {
  const start = Number(pageToken || 0);
  const end = start + (pageSize || 1_000);
  return { items: all.slice(start, end), nextPageToken: end < all.length ? String(end) : "" };
}
