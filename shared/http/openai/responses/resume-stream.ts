import { terminalStatuses } from "../../../api/task-type.ts";
import { toReplayPieces } from "../../../cache/to-replay-pieces.ts";
import { ConeaError } from "../../../core/conea-error.ts";
import { followTask, type TaskEvent, toPosition } from "../../../tasks/follow-task.ts";
import type { TaskDocument } from "../../../tasks/task-document.ts";
import { type DoorDeps, longestWaitMs } from "../open-call.ts";
import { readResult } from "../read-result.ts";
import type { StreamedCall, StreamPiece } from "../stream-call.ts";
import { toEndFailure, toInterruption, toLeavingFailure } from "../task-failure.ts";
import { toAnswerHeaders } from "../to-answer-headers.ts";
import type { WatchedTask } from "../watch-task.ts";
import { createRetelling, type Retelling, type RetellingOptions } from "./create-retelling.ts";

/**
 * Streams a task's text from its beginning and then as it comes, whoever runs it: what every other stream of it has sent, told
 * again from what is kept. It is for the reader's side to leave out what they have.
 */
export function resumeStream(
  deps: DoorDeps,
  request: Request,
  task: TaskDocument,
  options: Pick<RetellingOptions, "mayJoin" | "read">,
): StreamedCall {
  const latest: { task: WatchedTask } = { task };
  const told = { ...options, mayContinue: task.mayContinue ?? false };
  const hasEnded = () => terminalStatuses.has(latest.task.status);
  const stay = openStay(deps, request, task.id, hasEnded);
  return {
    task,
    headers: toAnswerHeaders(task, deps.config),
    pieces: readPieces(deps, stay, latest, told),
    hasEnded,
    leave: stay.leave,
  };
}

/** How long somebody follows: until they leave, until it takes too long, or until the process ends and does not run the task. */
function openStay(
  { clock, live, closing }: DoorDeps,
  request: Request,
  taskId: string,
  hasEnded: () => boolean,
) {
  const left = new AbortController();
  const leave = () => left.abort("left");
  const look = () => {
    if (closing.aborted && !live.isUnderWay(taskId) && !hasEnded()) leave();
  };
  const stopLive = live.subscribe(taskId, (event) => {
    if (event.kind === "settled" && !terminalStatuses.has(event.task.status)) look();
  });
  const cancelTimer = clock.after(longestWaitMs, leave);
  request.signal.addEventListener("abort", leave, { once: true });
  closing.addEventListener("abort", look, { once: true });
  if (request.signal.aborted) leave();
  look();
  return {
    signal: left.signal,
    leave,
    close() {
      cancelTimer();
      stopLive();
      request.signal.removeEventListener("abort", leave);
      closing.removeEventListener("abort", look);
    },
  };
}

type Stay = ReturnType<typeof openStay>;

async function* readPieces(
  deps: DoorDeps,
  stay: Stay,
  latest: { task: WatchedTask },
  options: RetellingOptions,
): AsyncGenerator<StreamPiece, void, undefined> {
  const { id, stream } = latest.task;
  const retelling = createRetelling(options);
  const follow = { start: toPosition(null), signal: stay.signal };
  const headers = () => toAnswerHeaders(latest.task, deps.config);
  try {
    // What was not to be streamed is told from its result alone.
    for await (const event of followTask(stream ? deps : { documents: deps.documents }, id, follow)) {
      if (event.event === "task" || event.event === "done") latest.task = event.data;
      const text = await retell(deps, retelling, event, stream);
      if (text === undefined) throw toInterruption(latest.task, headers());
      for (const piece of toReplayPieces(text)) yield { kind: "text", text: piece };
      if (event.event === "done") return yield { kind: "end", task: latest.task };
    }
    if (!stay.signal.aborted) throw new ConeaError("not_found", "The response was deleted.");
    throw toLeavingFailure(latest.task, { headers: headers(), mayRepeat: true });
  } finally {
    stay.close();
  }
}

/** What an event adds to the text; `undefined` where that cannot go on. Throws what a task has ended with but success. */
async function retell(
  deps: DoorDeps,
  retelling: Retelling,
  { event, data }: TaskEvent,
  isStreamed: boolean,
): Promise<string | undefined> {
  if (event === "delta") return retelling.add(data.attempt, data.text);
  if (event === "attempt") return isStreamed ? retelling.end(data) : "";
  if (event === "task") return "";
  if (data.status !== "succeeded") throw toEndFailure(data, toAnswerHeaders(data, deps.config));
  return retelling.finish((await readResult<"chat">(deps, data)).text);
}
