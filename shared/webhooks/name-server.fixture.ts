import { createSocket } from "node:dgram";

/** Addresses as bytes by `name type`, such as `a.example.com A`. */
export type Zone = Record<string, Uint8Array[]>;

export type NameServer = { address: string; asked: string[]; close(): Promise<void> };

const types: Record<number, string> = { 1: "A", 28: "AAAA" };
const nameError = 3;

/** A name server on loopback that knows a zone, and answers nothing about names that start with `silent`. */
export async function startNameServer(zone: Zone): Promise<NameServer> {
  const socket = createSocket("udp4");
  const asked: string[] = [];
  socket.on("message", (query, { port, address }) => {
    const { name, type, end } = readQuestion(query);
    asked.push(`${name} ${type}`);
    if (!name.startsWith("silent")) socket.send(toAnswer(query, end, name, type, zone), port, address);
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  return {
    address: `127.0.0.1:${socket.address().port}`,
    asked,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

function readQuestion(query: Buffer) {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString("latin1", at + 1, at + 1 + length));
    at += length + 1;
  }
  return { name: labels.join("."), type: types[query.readUInt16BE(at + 1)] ?? "?", end: at + 5 };
}

/** https://www.rfc-editor.org/rfc/rfc1035#section-4 */
function toAnswer(query: Buffer, end: number, name: string, type: string, zone: Zone): Buffer {
  const isKnown = Object.keys(zone).some((key) => key.startsWith(`${name} `));
  const records = (zone[`${name} ${type}`] ?? []).map((bytes) =>
    Buffer.concat([
      Buffer.from([0xc0, 12, 0, type === "A" ? 1 : 28, 0, 1, 0, 0, 0, 0, 0, bytes.length]),
      bytes,
    ]),
  );
  const head = Buffer.alloc(12);
  query.copy(head, 0, 0, 2);
  head.writeUInt16BE(0x8180 | (isKnown ? 0 : nameError), 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(records.length, 6);
  return Buffer.concat([head, query.subarray(12, end), ...records]);
}
