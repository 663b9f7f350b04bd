import type { Platform } from "../platform/platform.ts";
import { type EndpointDocument, endpointPath } from "./endpoint-document.ts";
import type { OpenEndpoint } from "./open-endpoint.ts";
import type { TakenLine } from "./take-line.ts";

/** How long an endpoint's document counts as it was read: a pause or a revoked secret takes effect after so long. */
const endpointLifeMs = 5_000;

/** The endpoint of a shift, as it was read lately. */
export type ShiftEndpoint = {
  opened(): OpenEndpoint;
  /** It takes nothing any more. */
  isStopped(): boolean;
  stop(): void;
  /** Reads it again where that is due. */
  refresh(): Promise<void>;
};

type Deps = Pick<Platform, "documents"> & { open: (endpoint: EndpointDocument) => Promise<OpenEndpoint> };

export function createShiftEndpoint(
  { documents, open }: Deps,
  taken: TakenLine,
  first: OpenEndpoint,
): ShiftEndpoint {
  let opened = first;
  let openedAt = taken.now();
  let isStopped = false;
  return {
    opened: () => opened,
    isStopped: () => isStopped,
    stop() {
      isStopped = true;
    },
    async refresh() {
      if (taken.now() - openedAt < endpointLifeMs) return;
      openedAt = taken.now();
      const found = await documents.get<EndpointDocument>(endpointPath(taken.line.endpointId));
      if (found?.data.state === "enabled") opened = await open(found.data);
      else isStopped = true;
    },
  };
}
