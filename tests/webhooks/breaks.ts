import type { Documents, Write } from "../../shared/platform/documents.ts";
import { closedBreaker } from "../../shared/queue/breaker.ts";
import { emptyLimiter } from "../../shared/queue/limiter.ts";
import type { LineDocument } from "../../shared/webhooks/line-document.ts";
import type { Break } from "./story.ts";

/** What is broken, in a few words, and how. The simulation finds each. */
export const breaks: Record<string, Break> = {
  "a line is taken although somebody has it": {
    documents: (documents) => ({
      ...documents,
      async get(path) {
        const found = await documents.get(path);
        return (
          isLine(path) && found ? { ...found, data: { ...found.data, leaseUntil: 0 } } : found
        ) as never;
      },
    }),
  },
  "a new holder forgets what was sent": changeLine((line) => ({ ...line, limiter: emptyLimiter })),
  "a new holder forgets that the endpoint is dead": {
    ...changeLine((line) => ({ ...line, breaker: closedBreaker })),
    seed: 11,
  },
  "each attempt has an id of its own": {
    send: (send) => {
      let count = 0;
      return (outgoing) =>
        send({ ...outgoing, headers: { ...outgoing.headers, "webhook-id": `msg_${count++}` } });
    },
  },
  "any answer is success": {
    send: (send) => async (outgoing) => {
      const outcome = await send(outgoing);
      return "status" in outcome ? { ...outcome, status: 200 } : outcome;
    },
  },
  "410 is an answer like any other": {
    seed: 7,
    send: (send) => async (outgoing) => {
      const outcome = await send(outgoing);
      return "status" in outcome && outcome.status === 410 ? { ...outcome, status: 500 } : outcome;
    },
  },
  "the sweep sleeps": { sweep: async () => undefined },
  "no delay between tries": changeDelivery((fields) =>
    fields.state === undefined && fields.dueAt ? { ...fields, dueAt: "2026-01-01T00:00:00.000Z" } : fields,
  ),
  "tries are not counted": changeDelivery((fields) => ("tries" in fields ? { ...fields, tries: 1 } : fields)),
  "a delivery that has arrived is not settled": changeDelivery((fields) =>
    fields.state === "succeeded" ? { ...fields, state: "pending", dueAt: fields.endedAt } : fields,
  ),
  "an event that comes twice is delivered twice": changeWrites((write) =>
    write.op === "create" && write.path.startsWith("webhookDeliveries/") ? toTwin(write) : write,
  ),
  "nobody is told that an endpoint was disabled": changeWrites((write) =>
    write.op === "update" && write.path.startsWith("webhookEndpoints/")
      ? { ...write, fields: { ...write.fields, untold: [] } }
      : write,
  ),
};

let creates = 0;

function toTwin(write: Extract<Write, { op: "create" }>): Write {
  const id = `${write.path.split("/")[1]}${creates++ % 2}`;
  return { ...write, path: `webhookDeliveries/${id}`, data: { ...write.data, id } };
}

function isLine(path: string): boolean {
  return path.startsWith("webhookLines/");
}

function changeWrites(change: (write: Write) => Write): Break {
  return {
    documents: (documents): Documents => ({
      ...documents,
      commit: (writes) => documents.commit(writes.map(change)),
    }),
  };
}

function changeLine(change: (line: LineDocument) => LineDocument): Break {
  return changeWrites((write) =>
    write.op === "set" && isLine(write.path)
      ? { ...write, data: change(write.data as LineDocument) }
      : write.op === "update" && isLine(write.path)
        ? { ...write, fields: change(write.fields as LineDocument) }
        : write,
  );
}

type Fields = Record<string, unknown>;

function changeDelivery(change: (fields: Fields) => Fields): Break {
  return changeWrites((write) =>
    write.op === "update" && write.path.startsWith("webhookDeliveries/")
      ? { ...write, fields: change((write.fields ?? {}) as Fields) }
      : write,
  );
}
