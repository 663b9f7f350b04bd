export type Head =
  | { isWhole: true; content: Buffer }
  /** More than `mostBytes` came: what was read, and then the rest. */
  | { isWhole: false; content: AsyncIterable<Uint8Array> };

/** Reads on until the content ends or more than `mostBytes` came. */
export async function readHead(content: AsyncIterable<Uint8Array>, mostBytes: number): Promise<Head> {
  const iterator = content[Symbol.asyncIterator]();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  while (bytes <= mostBytes) {
    const next = await iterator.next();
    if (next.done) return { isWhole: true, content: Buffer.concat(chunks) };
    chunks.push(next.value);
    bytes += next.value.byteLength;
  }
  return { isWhole: false, content: goOn(chunks, iterator) };
}

/** Whoever stops reading ends the source as well. */
async function* goOn(chunks: Uint8Array[], iterator: AsyncIterator<Uint8Array>): AsyncIterable<Uint8Array> {
  try {
    yield* chunks;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  } finally {
    await iterator.return?.();
  }
}
