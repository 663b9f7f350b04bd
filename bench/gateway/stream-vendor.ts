import { createServer, type Socket } from "node:net";
import { streamedAnswer } from "./vendor-answer.ts";

// A vendor that streams, as a process of its own. It speaks just enough HTTP to cost next to nothing: what it writes was
// made before. Under /paced the rest of an answer comes 20 ms after its first event, else as soon as it was written.

const pacedMs = 20;
const toChunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
const head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
const { first, rest } = streamedAnswer;
const opening = Buffer.from(head + toChunk(first));
const pieces = rest.map((text, index) =>
  Buffer.from(toChunk(text) + (index === rest.length - 1 ? "0\r\n\r\n" : "")),
);

const server = createServer({ noDelay: true }, (socket) => {
  let received = "";
  socket.on("error", () => socket.destroy());
  socket.setEncoding("latin1").on("data", (text: string) => {
    received += text;
    for (let length = requestLength(received); length; length = requestLength(received)) {
      answer(socket, received.startsWith("POST /paced/"));
      received = received.slice(length);
    }
  });
});

/** The length of the request that this begins with; 0 until all of it is there. */
function requestLength(received: string): number {
  const headEnd = received.indexOf("\r\n\r\n");
  if (headEnd < 0) return 0;
  const headers = received.slice(0, headEnd);
  const length = /\r\ncontent-length: *(\d+)/i.exec(headers);
  if (length) return toLength(headEnd + 4 + Number(length[1]), received);
  // A chunked body: none of those sent here holds this within.
  const end = received.indexOf("\r\n0\r\n\r\n", headEnd);
  return end < 0 ? 0 : end + 7;
}

function toLength(length: number, received: string): number {
  return received.length < length ? 0 : length;
}

function answer(socket: Socket, isPaced: boolean): void {
  socket.write(opening);
  if (isPaced) setTimeout(() => pieces.forEach((piece) => void socket.write(piece)), pacedMs);
  else writeFrom(socket, 0);
}

/** Each piece in a turn of its own, as they come from a network. */
function writeFrom(socket: Socket, index: number): void {
  const piece = pieces[index];
  if (!piece || socket.destroyed) return;
  setImmediate(() => {
    socket.write(piece);
    writeFrom(socket, index + 1);
  });
}

server.listen(Number(process.env.PORT), "127.0.0.1");
