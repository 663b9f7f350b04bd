import { toRateLimitHeaders } from "../../../allowances/to-rate-limit-headers.ts";
import {
  cancelResponse,
  createResponse,
  deleteResponse,
  getResponse,
  listInputItems,
} from "../../../api/openai/responses.ts";
import { ConeaError } from "../../../core/conea-error.ts";
import { cancelTask, deleteTask } from "../../../tasks/change-task.ts";
import { submitTask } from "../../../tasks/submit-task.ts";
import type { TaskDocument } from "../../../tasks/task-document.ts";
import { toSse } from "../../to-sse.ts";
import { type Endpoint, type OpenAiCall, toEndpoint } from "../create-openai-app.ts";
import { mayJoin } from "../may-join.ts";
import { type Caller, type DoorDeps, runCall } from "../open-call.ts";
import { readCallHeaders } from "../read-call-headers.ts";
import { readResult } from "../read-result.ts";
import { type StreamedCall, streamCall } from "../stream-call.ts";
import { toAnswerHeaders } from "../to-answer-headers.ts";
import { toFailure } from "../to-failure.ts";
import { linkImages } from "./link-images.ts";
import { planResponse } from "./plan-response.ts";
import { findChat, readChatInput, toSaid } from "./read-exchange.ts";
import { readResponse } from "./read-response.ts";
import { toTaskId } from "./response-ids.ts";
import { resumeStream } from "./resume-stream.ts";
import { toInputItems, toItemPage } from "./to-input-items.ts";
import { type Asked, toResponse, toSucceeded } from "./to-response.ts";
import { type ResponseEvents, toResponseEvents, toTextRead } from "./to-response-events.ts";
import type { ResponseTask } from "./to-response-task.ts";

type CreateCall = OpenAiCall<typeof createResponse>;
type GetCall = OpenAiCall<typeof getResponse>;
type ResponseCall = Pick<OpenAiCall, "params" | "principal">;

/** `/responses`: a response is a task, and its id is the task's. */
export function createResponseEndpoints(deps: DoorDeps): Endpoint[] {
  return [
    toEndpoint(createResponse, (call) => create(deps, call)),
    toEndpoint(getResponse, async (call) => {
      const task = await find(deps, call);
      if (call.query.stream !== "true") return show(deps, task);
      return answerResumed(deps, call, task, call.query.starting_after);
    }),
    toEndpoint(cancelResponse, (call) => cancel(deps, call)),
    toEndpoint(deleteResponse, async (call) => {
      const { id } = await find(deps, call);
      await deleteTask(deps, call.principal, id);
      return Response.json({ id: call.params.responseId, object: "response", deleted: true });
    }),
    toEndpoint(listInputItems, async (call) => {
      const task = await find(deps, call);
      const said = toSaid(task, await readChatInput(deps, task));
      const messages = await linkImages(deps, task, said);
      return Response.json(toItemPage(toInputItems(task.id, messages), call.query));
    }),
  ];
}

async function create(deps: DoorDeps, call: CreateCall): Promise<Response> {
  const { body, principal, request } = call;
  const isStored = body.store !== false && readCallHeaders(request.headers).isStored;
  const asked = await planResponse(deps, principal, body, { isStored });
  if (body.stream) return answerStream(deps, call, asked);
  return body.background ? answerQueued(deps, call, asked) : answer(deps, call, asked);
}

async function answer(deps: DoorDeps, call: CreateCall, made: ResponseTask): Promise<Response> {
  const { task, headers } = await runCall(deps, toCaller(call, made), made.submitted);
  const state = toSucceeded(task, await readResult<"chat">(deps, task));
  return Response.json(toResponse(task, toAskedOf(made), state), { headers });
}

/** A worker runs it: the answer does not wait, and what runs behind an answer may be stopped with its process. */
async function answerQueued(deps: DoorDeps, call: CreateCall, made: ResponseTask): Promise<Response> {
  const { idempotencyKey, cache } = readCallHeaders(call.request.headers);
  const options = { response: made.facts, ...(idempotencyKey !== undefined && { idempotencyKey }) };
  const submitted = { ...made.submitted, ...(cache && { cache }) };
  const { task, states } = await submitTask(deps, call.principal, submitted, options);
  return show(deps, task, toRateLimitHeaders(states, deps.clock.now()));
}

async function answerStream(deps: DoorDeps, call: CreateCall, made: ResponseTask): Promise<Response> {
  const joining = { mayJoin: mayJoin(made.submitted.input) };
  const streamed = await streamCall(deps, toCaller(call, made), made.submitted, joining);
  return toStream(deps, call, streamed, toResponseEvents(streamed.task, toAskedOf(made)));
}

function toStream(
  deps: DoorDeps,
  { requestId }: Pick<OpenAiCall, "requestId">,
  streamed: StreamedCall,
  events: ResponseEvents,
): Response {
  return toSse(writeFrames(deps, streamed, events), {
    clock: deps.clock,
    requestId,
    headers: streamed.headers,
    toErrorFrame: (thrown) =>
      events.fail(toFailure(thrown, { requestId, log: deps.log }), {
        goesOn: !streamed.hasEnded(),
      }),
    onLeave: streamed.leave,
  });
}

/** A stream of a response that was made before: from its beginning, or from where another stream of it broke off. */
async function answerResumed(
  deps: DoorDeps,
  call: GetCall,
  task: TaskDocument,
  after?: number,
): Promise<Response> {
  const asked = { input: await readChatInput(deps, task), facts: task.response ?? {}, isStored: true };
  const streamed = resumeStream(deps, call.request, task, {
    mayJoin: mayJoin(asked.input),
    read: after === undefined ? 0 : toTextRead(after),
  });
  return toStream(deps, call, streamed, toResponseEvents(task, asked, { after }));
}

async function* writeFrames(
  deps: DoorDeps,
  { pieces }: StreamedCall,
  events: ResponseEvents,
): AsyncGenerator<string, void, undefined> {
  const start = events.begin();
  if (start) yield start;
  for await (const piece of pieces) {
    const frame =
      piece.kind === "text"
        ? events.text(piece.text)
        : events.end(piece.task, await readResult<"chat">(deps, piece.task));
    // What the reader has had already is nothing.
    if (frame) yield frame;
  }
}

/** Cancels what has not ended; what has is shown as it is, since there is nothing more to stop. */
async function cancel(deps: DoorDeps, call: ResponseCall): Promise<Response> {
  const { id } = await find(deps, call);
  try {
    const task = await cancelTask({ ...deps, abort: deps.runner.abort }, call.principal, id);
    return await show(deps, task);
  } catch (error) {
    if (error instanceof ConeaError && error.code === "conflict") return show(deps, await find(deps, call));
    throw error;
  }
}

async function find(deps: DoorDeps, { params, principal }: ResponseCall): Promise<TaskDocument> {
  const { responseId = "" } = params;
  const task = await findChat(deps, principal, toTaskId(responseId));
  if (task) return task;
  throw new ConeaError("not_found", `There is no response ${JSON.stringify(responseId)}.`);
}

async function show(
  deps: DoorDeps,
  task: TaskDocument,
  limits: Record<string, string> = {},
): Promise<Response> {
  const headers = { ...toAnswerHeaders(task, deps.config), ...limits };
  return Response.json(await readResponse(deps, task), { headers });
}

function toAskedOf({ submitted: { input }, facts, isStored }: ResponseTask): Asked {
  return { input, facts, isStored };
}

function toCaller({ request, principal }: CreateCall, { facts, isStored }: ResponseTask): Caller {
  return { request, principal, response: facts, isStored };
}
