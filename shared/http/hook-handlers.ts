import type { ReceivedHook } from "../api/hooks.ts";
import { findHookSource, type ReceiveDeps, receiveHook } from "../webhooks/receive-hook.ts";
import type { Handlers } from "./create-app.ts";
import { readBytes } from "./read-body.ts";

/** The largest hook in bytes. */
const largestHook = 1_000_000;

export function createHookHandlers(deps: ReceiveDeps): Pick<Handlers, "receiveHook"> {
  return {
    async receiveHook({ request, params: { source = "" } }) {
      findHookSource(deps, source);
      const body = await readBytes(request, largestHook);
      const received = await receiveHook(deps, source, { headers: request.headers, body });
      if (received.kind === "challenge") return new Response(received.text);
      const answer: ReceivedHook = { id: received.id, duplicate: received.kind === "duplicate" };
      return Response.json(answer);
    },
  };
}
