import type { Event } from "../../shared/api/events.ts";
import type { Documents } from "../../shared/platform/documents.ts";
import type { DeliveryDocument } from "../../shared/webhooks/delivery-document.ts";
import type { EndpointDocument } from "../../shared/webhooks/endpoint-document.ts";
import type { Send } from "../../shared/webhooks/send.ts";
import type { ReceiverKind } from "./receivers.ts";

/** A call as its receiver saw it: from when until when (epoch ms). `status` is 0 where there was no whole answer. */
export type Arrival = {
  url: string;
  id: string;
  at: number;
  until: number;
  status: number;
  isTaken: boolean;
};

export type Target = EndpointDocument & { kind: ReceiverKind };

/** All that happened: what checks look at. */
export type Story = {
  isQuiet: boolean;
  targets: Target[];
  endpoints: EndpointDocument[];
  events: Event[];
  told: Event[];
  arrivals: Arrival[];
  deliveries: DeliveryDocument[];
  crashes: number;
  /** More was sent than there can be to send, and the rest was left out. */
  isRunaway: boolean;
};

export function newStory(isQuiet: boolean): Story {
  const lists = { targets: [], endpoints: [], events: [], told: [], arrivals: [], deliveries: [] };
  return { isQuiet, ...lists, crashes: 0, isRunaway: false };
}

/** A deliberate break from outside: no file of the product knows of it. */
export type Break = {
  /** Where it shows soon. */
  seed?: number;
  documents?: (documents: Documents) => Documents;
  send?: (send: Send) => Send;
  sweep?: (sweep: () => Promise<unknown>) => Promise<unknown>;
};
