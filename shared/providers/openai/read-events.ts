/**
 * The events of a streamed answer as JSON: as many at a time as a connection brings, since the SDK's own reading, one event
 * after another through four generators, takes five times as long. Ends with `[DONE]` or with the stream. Throws what an
 * event tells as an error in the shape of the SDK's, and a `SyntaxError` where one is no JSON.
 */
export async function* readEvents({ body, headers }: Response): AsyncGenerator<unknown[], void, undefined> {
  const reader = body?.getReader();
  const decoder = new TextDecoder();
  const parser = createParser();
  try {
    for (let read = await reader?.read(); read?.value; read = await reader?.read()) {
      const { values, end } = toValues(parser.add(decoder.decode(read.value, { stream: true })), headers);
      if (values.length > 0) yield values;
      if (end) return end();
    }
    const { values, end } = toValues(parser.end(), headers);
    if (values.length > 0) yield values;
    end?.();
  } finally {
    // Whoever stops early lets the connection go; what has come whole keeps it.
    await reader?.cancel().catch(() => undefined);
  }
}

type Event = { name: string; data: string };

/** The values up to the end of the stream, if it comes: `end` returns after the mark, and throws what is wrong with an event. */
function toValues(events: Event[], headers: Headers): { values: unknown[]; end?: () => void } {
  const values: unknown[] = [];
  for (const event of events) {
    if (event.data === "[DONE]") return { values, end: () => undefined };
    try {
      values.push(toValue(event, headers));
    } catch (error) {
      return { values, end: () => raise(error) };
    }
  }
  return { values };
}

function raise(error: unknown): never {
  throw error;
}

function toValue({ name, data }: Event, headers: Headers): unknown {
  const value = JSON.parse(data);
  const error = name === "error" ? (value?.error ?? value) : value?.error;
  if (!error) return value;
  throw Object.assign(new Error("the stream tells of an error"), { error, headers });
}

/** https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation */
function createParser() {
  let rest = "";
  let name = "";
  let lines: string[] = [];

  function addLine(line: string, events: Event[]): void {
    if (line === "") endEvent(events);
    else if (line.startsWith("data:")) lines.push(line.slice(line[5] === " " ? 6 : 5));
    else if (line.startsWith("event:")) name = line.slice(6).trim();
  }

  function endEvent(events: Event[]): void {
    if (lines.length > 0) events.push({ name, data: lines.join("\n") });
    name = "";
    lines = [];
  }

  return {
    add(text: string): Event[] {
      const events: Event[] = [];
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
    end(): Event[] {
      const events: Event[] = [];
      addLine(rest, events);
      endEvent(events);
      return events;
    },
  };
}
