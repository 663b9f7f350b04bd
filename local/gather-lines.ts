/** How long a line waits for more. */
const gatherMs = 10;

type Stream = { isTTY?: boolean; write(text: string): unknown };

/**
 * Writes what is logged within a moment in one go: each line by itself cost a system call for each attempt. What is gathered
 * when the process exits is written then; one that is killed loses the lines of that moment.
 */
export function gatherLines(stream: Stream): Stream {
  let gathered = "";

  function flush(): void {
    if (gathered === "") return;
    const text = gathered;
    gathered = "";
    stream.write(text);
  }

  process.once("exit", flush);
  return {
    ...(stream.isTTY !== undefined && { isTTY: stream.isTTY }),
    write(text) {
      // A process that has nothing left to do exits, which writes them too.
      if (gathered === "") setTimeout(flush, gatherMs).unref();
      gathered += text;
    },
  };
}
