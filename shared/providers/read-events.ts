import { openBody } from "../platform/open-body.ts";

export type StreamEvent = { name: string; data: string };

/** What an event says; `undefined` for one that says nothing. What it throws ends the stream. */
export type ToEventValue = (event: StreamEvent, headers: Headers) => unknown;

/**
 * What the events of a streamed answer say: as many at a time as a connection brings, since an SDK's own reading, one event
 * after another through four generators, takes five times as long. Ends with `[DONE]` or with the stream.
 */
export async function* readEvents(
  response: Response,
  toValue: ToEventValue,
): AsyncGenerator<unknown[], void, undefined> {
  const body = openBody(response);
  const decoder = new TextDecoder();
  const parser = createParser();
  const toValues = (events: StreamEvent[]) => readValues(events, (event) => toValue(event, response.headers));
  try {
    for (let piece = await body.read(); piece; piece = await body.read()) {
      const { values, end } = toValues(parser.add(decoder.decode(piece, { stream: true })));
      if (values.length > 0) yield values;
      if (end) return end();
    }
    const { values, end } = toValues(parser.end());
    if (values.length > 0) yield values;
    end?.();
  } finally {
    // Whoever stops early lets the connection go; what has come whole keeps it.
    body.cancel("read to its end");
  }
}

/** The values up to the end of the stream, if it comes: `end` returns after the mark, and throws what is wrong with an event. */
function readValues(
  events: StreamEvent[],
  toValue: (event: StreamEvent) => unknown,
): { values: unknown[]; end?: () => void } {
  const values: unknown[] = [];
  for (const event of events) {
    if (event.data === "[DONE]") return { values, end: () => undefined };
    try {
      const value = toValue(event);
      if (value !== undefined) values.push(value);
    } catch (error) {
      return { values, end: () => raise(error) };
    }
  }
  return { values };
}

function raise(error: unknown): never {
  throw error;
}

/** https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation */
function createParser() {
  let rest = "";
  let name = "";
  let lines: string[] = [];

  function addLine(line: string, events: StreamEvent[]): void {
    if (line === "") endEvent(events);
    else if (line.startsWith("data:")) lines.push(line.slice(line[5] === " " ? 6 : 5));
    else if (line.startsWith("event:")) name = line.slice(6).trim();
  }

  function endEvent(events: StreamEvent[]): void {
    if (lines.length > 0) events.push({ name, data: lines.join("\n") });
    name = "";
    lines = [];
  }

  return {
    add(text: string): StreamEvent[] {
      const events: StreamEvent[] = [];
      rest += text;
      let start = 0;
      for (let end = rest.indexOf("\n"); end >= 0; end = rest.indexOf("\n", start)) {
        addLine(rest.slice(start, rest[end - 1] === "\r" ? end - 1 : end), events);
        start = end + 1;
      }
      rest = rest.slice(start);
      return events;
    },
    /** The event under way counts, though the empty line after it is missing. */
    end(): StreamEvent[] {
      const events: StreamEvent[] = [];
      addLine(rest, events);
      endEvent(events);
      return events;
    },
  };
}
