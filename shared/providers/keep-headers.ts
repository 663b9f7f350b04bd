/**
 * A fetch that sends only the headers whose names fit. SDKs add headers they find in the environment
 * (`OPENAI_CUSTOM_HEADERS`); what a provider sends is decided by its configuration alone.
 */
export function keepHeaders(fetch: typeof globalThis.fetch, names: RegExp): typeof globalThis.fetch {
  return (url, init) => {
    const given = init?.headers instanceof Headers ? init.headers : new Headers(init?.headers);
    const headers = [...given].filter(([name]) => names.test(name));
    return fetch(url, { ...init, headers });
  };
}
