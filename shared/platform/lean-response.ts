import type { IncomingBody } from "./incoming-body.ts";

export type LeanHead = {
  status: number;
  statusText: string;
  fields: Record<string, string | string[] | undefined>;
  url: string;
  method: string;
  incoming: IncomingBody;
};

const alreadyRead = "Body is unusable: it has been read already";
const withoutBody = new Set([101, 103, 204, 205, 304]);

/**
 * A `Response` whose body is read straight from its connection: the stream, the headers and all that is rarely asked for are
 * made when they are. It is one to `instanceof`, since SDKs ask.
 */
export class LeanResponse {
  readonly #head: LeanHead;
  #headers: Headers | undefined;
  #body: ReadableStream<Uint8Array> | undefined;
  #isUsed = false;

  constructor(head: LeanHead) {
    this.#head = head;
  }

  get status(): number {
    return this.#head.status;
  }

  get statusText(): string {
    return this.#head.statusText;
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  get url(): string {
    return this.#head.url;
  }

  get redirected(): boolean {
    return false;
  }

  get type(): Response["type"] {
    return "basic";
  }

  get headers(): Headers {
    this.#headers ??= toHeaders(this.#head.fields);
    return this.#headers;
  }

  /** Looks a header up where it is, without making `headers` of all. */
  header(name: string): string | null {
    const { fields } = this.#head;
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    return value === undefined ? null : [value].flat().join(", ");
  }

  get body(): ReadableStream<Uint8Array> | null {
    if (this.#hasNoBody()) return null;
    this.#body ??= toStream(this.#head.incoming, () => {
      this.#isUsed = true;
    });
    return this.#body;
  }

  get bodyUsed(): boolean {
    return this.#isUsed;
  }

  /** Its body without a stream around it, for one reader. */
  open(): IncomingBody {
    if (this.#isUsed || this.#body) throw new TypeError(alreadyRead);
    this.#isUsed = true;
    return this.#head.incoming;
  }

  bytes(): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#isUsed || this.#body?.locked) return Promise.reject(new TypeError(alreadyRead));
    if (this.#body) return new Response(this.#body).arrayBuffer().then((buffer) => new Uint8Array(buffer));
    this.#isUsed = true;
    return this.#head.incoming.readAll();
  }

  async text(): Promise<string> {
    return utf8.decode(await this.bytes());
  }

  async json(): Promise<unknown> {
    return JSON.parse(utf8.decode(await this.bytes()));
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    const { buffer, byteOffset, byteLength } = await this.bytes();
    return buffer.slice(byteOffset, byteOffset + byteLength);
  }

  blob(): Promise<Blob> {
    return this.#toStandard().blob();
  }

  formData(): Promise<FormData> {
    return this.#toStandard().formData();
  }

  clone(): Response {
    const standard = this.#toStandard();
    const other = standard.clone();
    this.#body = standard.body ?? undefined;
    return other;
  }

  #hasNoBody(): boolean {
    return withoutBody.has(this.status) || this.#head.method === "HEAD";
  }

  #toStandard(): Response {
    const { status, statusText } = this.#head;
    return new Response(this.body, { status, statusText, headers: this.headers });
  }
}
Object.setPrototypeOf(LeanResponse.prototype, Response.prototype);

const utf8 = new TextDecoder();

function toHeaders(fields: LeanHead["fields"]): Headers {
  const headers = new Headers();
  for (const name in fields) for (const value of [fields[name] ?? []].flat()) headers.append(name, value);
  return headers;
}

function toStream(incoming: IncomingBody, onRead: () => void): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        onRead();
        const piece = await incoming.read();
        if (piece) controller.enqueue(piece);
        else controller.close();
      },
      cancel: (reason) => incoming.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
