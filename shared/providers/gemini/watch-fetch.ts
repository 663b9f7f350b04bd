type Fetch = typeof globalThis.fetch;

/** What is seen of an answer besides its body. */
export type Seen = { status: number; headers: Headers };

export type WatchedFetch = { fetch: Fetch; seen: () => Seen | undefined };

/** A fetch that remembers status and headers of its answer: the SDK's errors carry no headers, and not always the status. */
export function watchFetch(fetch: Fetch): WatchedFetch {
  let seen: Seen | undefined;
  return {
    fetch: async (url, init) => {
      const response = await fetch(url, init);
      seen = { status: response.status, headers: response.headers };
      return response;
    },
    seen: () => seen,
  };
}
