/**
 * A fetch that sends only the headers whose names fit. SDKs add headers they find in the environment
 * (`OPENAI_CUSTOM_HEADERS`); what a provider sends is decided by its configuration alone.
 */
export function keepHeaders(fetch: typeof globalThis.fetch, names: RegExp): typeof globalThis.fetch {
  return (url, init) => {
    const headers = new Headers(init?.headers);
    // The names are collected first, since taking one away moves the others.
    for (const name of [...headers.keys()]) if (!names.test(name)) headers.delete(name);
    return fetch(url, { ...init, headers });
  };
}
