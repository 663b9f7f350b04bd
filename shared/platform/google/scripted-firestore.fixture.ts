import {
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
} from "@grpc/grpc-js";
import { loadService } from "../../../tests/emulators/load-service.ts";

/** A status to fail with (and Firestore's text for it), `ok`, or `silence`: no answer at all. */
export type Answer = number | { code: number; details: string } | "ok" | "silence";

type Request = { writes?: unknown[] };

/** A Firestore whose commits and reads answer by a script, `ok` once it is through. A read finds `found`, if given. */
export async function startScriptedFirestore(script: Answer[], found?: { name: string; fields: object }) {
  const calls: string[] = [];
  const answers = [...script];
  const time = { seconds: 1_795_640_705, nanos: 874_345_000 };

  function next(method: string): Answer {
    calls.push(method);
    return answers.shift() ?? "ok";
  }

  const server = new Server();
  server.addService(loadService("@google-cloud/firestore-api", "google.firestore.v1.Firestore"), {
    commit({ request }: ServerUnaryCall<Request, object>, answer: sendUnaryData<object>) {
      const now = next("commit");
      const writeResults = (request.writes ?? []).map(() => ({ updateTime: time }));
      if (now === "ok") answer(null, { writeResults, commitTime: time });
      else if (now !== "silence") answer(toStatus(now));
    },
    batchGetDocuments(call: ServerWritableStream<Request, object>) {
      const now = next("get");
      const document = { createTime: time, updateTime: time, ...found };
      if (now === "silence") return;
      if (now !== "ok") call.emit("error", toStatus(now));
      else answerRead(call, { ...(found ? { found: document } : { missing: "x" }), readTime: time });
    },
  });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  return { calls, endpoint: `127.0.0.1:${port}`, close: () => server.forceShutdown() };
}

function answerRead(call: ServerWritableStream<Request, object>, answer: object): void {
  call.write(answer);
  call.end();
}

function toStatus(answer: number | { code: number; details: string }) {
  return typeof answer === "number" ? { code: answer, details: "a secret of the document" } : answer;
}
