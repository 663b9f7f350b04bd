import { z } from "zod";
import type { Log } from "../../shared/core/log.ts";
import type { Handler } from "../../shared/http/create-app.ts";
import { readJson } from "../../shared/http/read-body.ts";
import { toInternalHandler } from "../../shared/http/to-internal-handler.ts";
import type { Send } from "../../shared/webhooks/send.ts";

const Outgoing = z.strictObject({
  url: z.string().max(2_048),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
  mail: z
    .strictObject({
      host: z.string().max(253),
      port: z.int(),
      user: z.string().optional(),
      password: z.string().optional(),
    })
    .optional(),
});

/** Makes the call it is given, which is signed already, and answers with what came of it, whatever that is. */
export function createDeliverWebhook({ send, log }: { send: Send; log: Log }): Handler {
  return toInternalHandler(log, async (request) => {
    return Response.json(await send(await readJson(request, Outgoing)));
  });
}
