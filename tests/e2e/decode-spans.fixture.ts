export type ReceivedSpan = {
  name: string;
  service: unknown;
  kind: number;
  traceId: string;
  spanId: string;
  /** Empty for the first of a trace. */
  parentSpanId: string;
  attributes: Record<string, unknown>;
  links: { traceId: string; spanId: string }[];
  failed: boolean;
  startedAt: bigint;
  endedAt: bigint;
};

/** A message of protocol buffers: by field number, the values in order. */
type Message = Map<number, (Buffer | bigint)[]>;

/** The spans of an ExportTraceServiceRequest (opentelemetry/proto/collector/trace/v1/trace_service.proto). */
export function decodeSpans(bytes: Buffer): ReceivedSpan[] {
  return messages(decode(bytes), 1).flatMap((resourceSpans) => {
    const service = toAttributes(messages(resourceSpans, 1)[0], 1)["service.name"];
    const scopes = messages(resourceSpans, 2);
    return scopes.flatMap((scope) => messages(scope, 2).map((span) => ({ ...toSpan(span), service })));
  });
}

function toSpan(span: Message): Omit<ReceivedSpan, "service"> {
  return {
    traceId: hex(span, 1),
    spanId: hex(span, 2),
    parentSpanId: hex(span, 4),
    name: text(span, 5),
    kind: Number(number(span, 6)),
    startedAt: number(span, 7),
    endedAt: number(span, 8),
    attributes: toAttributes(span, 9),
    links: messages(span, 13).map((link) => ({ traceId: hex(link, 1), spanId: hex(link, 2) })),
    failed: messages(span, 15).some((status) => number(status, 3) === 2n),
  };
}

function toAttributes(message: Message | undefined, field: number): Record<string, unknown> {
  const pairs = message ? messages(message, field) : [];
  return Object.fromEntries(pairs.map((pair) => [text(pair, 1), toValue(messages(pair, 2)[0] ?? new Map())]));
}

function toValue(value: Message): unknown {
  if (value.has(2)) return number(value, 2) === 1n;
  if (value.has(3)) return Number(number(value, 3));
  if (value.has(4)) return new Float64Array(new BigUint64Array([number(value, 4)]).buffer)[0];
  const [list] = messages(value, 5);
  return list ? messages(list, 1).map(toValue) : text(value, 1);
}

function decode(bytes: Buffer): Message {
  const message: Message = new Map();
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++] ?? 0;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  const take = (length: number) => {
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const values = message.get(tag >> 3) ?? [];
    message.set(tag >> 3, values);
    if ((tag & 7) === 0) values.push(varint());
    else if ((tag & 7) === 1) values.push(take(8).readBigUInt64LE());
    else if ((tag & 7) === 5) values.push(BigInt(take(4).readUInt32LE()));
    else values.push(take(Number(varint())));
  }
  return message;
}

function messages(message: Message, field: number): Message[] {
  return (message.get(field) ?? []).filter((value) => Buffer.isBuffer(value)).map(decode);
}

function bytesOf(message: Message, field: number): Buffer {
  const value = message.get(field)?.at(-1);
  return Buffer.isBuffer(value) ? value : Buffer.alloc(0);
}

const hex = (message: Message, field: number) => bytesOf(message, field).toString("hex");
const text = (message: Message, field: number) => bytesOf(message, field).toString("utf8");

function number(message: Message, field: number): bigint {
  const value = message.get(field)?.at(-1);
  return typeof value === "bigint" ? value : 0n;
}
