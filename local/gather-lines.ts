type Stream = { isTTY?: boolean; write(text: string): unknown };

/**
 * Writes what is logged in one turn of the event loop in one go: each line by itself cost a system call for each attempt. What
 * is gathered when the process exits is written then; one that is killed loses the lines of a turn.
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
      if (gathered === "") setImmediate(flush);
      gathered += text;
    },
  };
}
