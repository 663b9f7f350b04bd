import { createHash } from "node:crypto";
import stringify from "safe-stable-stringify";
import type { Principal } from "../access/principal.ts";
import type { ChatInput, ChatMessage } from "../api/chat.ts";
import type { SubmitTask, TaskRequest } from "../api/task.ts";
import type { TrimRequest } from "../api/trim.ts";
import { idFrom } from "../core/ids.ts";
import type { Platform } from "../platform/platform.ts";
import { type SubmitOptions, type Submitted, submitTask } from "../tasks/submit-task.ts";
import { type TaskDocument, taskPath } from "../tasks/task-document.ts";
import { openCounter } from "./count-tokens.ts";
import { createSummariser, type SummariserDeps } from "./create-summariser.ts";
import { expandPrompt } from "./expand-prompt.ts";
import { findSummaryModels } from "./find-summary-models.ts";
import { toCountedModel } from "./to-counted-model.ts";
import { type TrimmedInput, trimInput } from "./trim-input.ts";

type AskedChat = Extract<TaskRequest, { type: "chat" }>;
type ChatTask = Extract<SubmitTask, { type: "chat" }>;

/**
 * `submitTask` for what is asked over HTTP: a chat's prompt is rendered and its conversation trimmed first, and the task keeps
 * what came of it. A repeated Idempotency-Key gets the task it was used for, though a label has moved or a prompt is gone by
 * then. Throws as `submitTask`, and `invalid_request` for what cannot be rendered or does not fit.
 */
export async function submitAsked(
  deps: SummariserDeps,
  principal: Principal,
  asked: TaskRequest,
  options: SubmitOptions,
): Promise<Submitted> {
  if (asked.type !== "chat") return submitTask(deps, principal, asked, options);
  const { prompt, trim } = asked.input;
  if (!prompt && !trim) return submitTask(deps, principal, toChatTask(asked, asked.input.messages), options);
  const askedHash = hashAsked(principal, asked);
  const earlier = await findEarlier(deps, principal, askedHash, options.idempotencyKey);
  if (earlier) return { task: earlier, replayed: true, states: [] };
  const { messages, promptRef } = await expandPrompt(deps, principal, asked.input);
  const request = toChatTask(asked, messages);
  const { input, trimmed } = await trimAsked(deps, principal, asked, { request, options });
  const origin = { askedHash, ...(promptRef && { promptRef }), ...(trimmed && { trimmed }) };
  return submitTask(deps, principal, { ...request, input }, { ...options, origin });
}

function toChatTask(asked: AskedChat, messages: ChatMessage[] = []): ChatTask {
  const { prompt, trim, ...input } = asked.input;
  return { ...asked, input: { ...input, messages } };
}

function hashAsked({ user }: Principal, asked: AskedChat): string {
  return createHash("sha256")
    .update(stringify([user, asked]) ?? "")
    .digest("base64url");
}

/** The task that the same request with the same key has made before. */
async function findEarlier(
  { documents }: Pick<Platform, "documents">,
  { tenant }: Principal,
  askedHash: string,
  idempotencyKey: string | undefined,
): Promise<TaskDocument | undefined> {
  if (idempotencyKey === undefined) return undefined;
  const earlier = await documents.get<TaskDocument>(taskPath(idFrom("task", tenant, idempotencyKey)));
  return earlier?.data.askedHash === askedHash && !earlier.data.deleted ? earlier.data : undefined;
}

async function trimAsked(
  deps: SummariserDeps,
  principal: Principal,
  { input: { trim }, model }: AskedChat,
  { request, options: { idempotencyKey } }: { request: ChatTask; options: SubmitOptions },
): Promise<TrimmedInput> {
  const input: ChatInput = request.input;
  if (!trim) return { input };
  const counter = await openCounter(await toCountedModel(deps, model));
  const models = await findModels(deps, trim, model);
  const order = { principal, request, models, idempotencyKey };
  return trimInput(input, trim, counter, createSummariser(deps, order));
}

/** Who may sum up, where that was asked for. */
async function findModels(
  { catalogue, config: { providers } }: SummariserDeps,
  { strategy, summaryModel }: TrimRequest,
  model: string | undefined,
): Promise<string[]> {
  if (summaryModel !== undefined) return [summaryModel];
  return strategy === "oldest" ? [] : findSummaryModels({ ...(await catalogue.read()), providers }, model);
}
