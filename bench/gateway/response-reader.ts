const headEnd = "\r\n\r\n";

export type ResponseEvents = {
  /** The first bytes of a body have come. May be called again with more of it. */
  onBody(): void;
  onEnd(status: number, body: string): void;
};

/**
 * Reads one HTTP/1.1 response after another from what a connection brings. A body has a length or comes in chunks; of the latter
 * it keeps the lines with their lengths, which is enough to look for words within. Small, so that making load costs little.
 */
export function createResponseReader({ onBody, onEnd }: ResponseEvents): (data: Buffer) => void {
  let received = "";
  let bodyAt = 0;
  let status = 0;
  let length: number | undefined;

  function readHead(): boolean {
    const end = received.indexOf(headEnd);
    if (end < 0) return false;
    const head = received.slice(0, end);
    status = Number(head.slice(9, 12));
    const found = /\r\ncontent-length: *(\d+)/i.exec(head);
    length = found ? Number(found[1]) : undefined;
    bodyAt = end + headEnd.length;
    return true;
  }

  /** Where the body ends; `undefined` until all of it is there. */
  function findEnd(): number | undefined {
    if (length !== undefined) return received.length >= bodyAt + length ? bodyAt + length : undefined;
    return received.endsWith(`0${headEnd}`) &&
      /(^|\n)0\r\n\r\n$/.test(received.slice(Math.max(bodyAt, received.length - 7)))
      ? received.length
      : undefined;
  }

  return (data) => {
    received += data.toString("latin1");
    if (bodyAt === 0 && !readHead()) return;
    if (received.length > bodyAt) onBody();
    const end = findEnd();
    if (end === undefined) return;
    const body = received.slice(bodyAt, end);
    received = received.slice(end);
    bodyAt = 0;
    onEnd(status, body);
  };
}
