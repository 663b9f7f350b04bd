import { BlobTooLarge } from "./blobs.ts";

/**
 * Content as a stream that fails with `BlobTooLarge` once more than `maxBytes` came. Stopping early cancels the source.
 */
export async function* limitContent(
  content: Uint8Array | ReadableStream<Uint8Array>,
  maxBytes = Number.POSITIVE_INFINITY,
): AsyncIterable<Uint8Array> {
  let bytes = 0;
  for await (const chunk of content instanceof Uint8Array ? [content] : content) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new BlobTooLarge(`more than ${maxBytes} bytes arrived`);
    yield chunk;
  }
}
