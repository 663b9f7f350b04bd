import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from "@grpc/grpc-js";
import { fromJSON } from "@grpc/proto-loader";

/** Read by path: the official client does not export its protos. */
const protos = join(
  import.meta.dirname,
  "../../../node_modules/@google-cloud/pubsub/build/protos/protos.json",
);

type Publish = { topic: string; messages: { data: Buffer; orderingKey: string }[] };
/** A gRPC code to refuse with, `ok`, or `silence`: no answer at all. */
export type Answer = number | "ok" | "silence";

/** A Pub/Sub publisher that answers by a script, `ok` once it is through; `calls` holds what came. */
export async function startScriptedPublisher(...script: Answer[]) {
  const calls: Publish[] = [];
  const server = new Server();
  const definition = fromJSON(JSON.parse(readFileSync(protos, "utf8")))["google.pubsub.v1.Publisher"];
  if (!definition || "format" in definition) throw new Error("the client's protos lack the publisher");
  server.addService(definition, {
    publish({ request }: ServerUnaryCall<Publish, object>, answer: sendUnaryData<object>) {
      calls.push(request);
      const next = script.shift() ?? "ok";
      if (next === "ok") answer(null, { messageIds: request.messages.map((_, n) => String(n)) });
      else if (next !== "silence") answer({ code: next, details: "scripted" });
    },
  });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  return { calls, endpoint: `127.0.0.1:${port}`, close: () => server.forceShutdown() };
}
