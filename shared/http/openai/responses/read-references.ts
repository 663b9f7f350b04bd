import type { Principal } from "../../../access/principal.ts";
import type { ChatResult } from "../../../api/chat.ts";
import type { CreateResponse } from "../../../api/openai/responses.ts";
import { ConeaError } from "../../../core/conea-error.ts";
import type { Platform } from "../../../platform/platform.ts";
import { readResult } from "../read-result.ts";
import { findOwnChat } from "./read-exchange.ts";
import { type OutputPart, toOutputPart } from "./response-ids.ts";
import type { Referenced, Spoken } from "./to-conversation.ts";

/** So many earlier responses one request may refer to: each is a read. */
const mostReferences = 100;

/**
 * What the `item_reference`s of an input stand for, from responses of the same tenant and user. Throws `invalid_request` for
 * one that is not there.
 */
export async function readReferences(
  deps: Pick<Platform, "documents" | "blobs">,
  principal: Principal,
  input: CreateResponse["input"],
): Promise<Referenced> {
  const parts = toParts(input);
  const taskIds = [...new Set([...parts.values()].map(({ taskId }) => taskId))];
  if (taskIds.length > mostReferences) throw tooMany();
  const results = new Map(
    await Promise.all(taskIds.map(async (id) => [id, await readSaid(deps, principal, id)] as const)),
  );
  return new Map(
    [...parts].map(([id, part]) => [id, toSpoken(results.get(part.taskId), part) ?? missing(id)] as const),
  );
}

function toParts(input: CreateResponse["input"]): Map<string, OutputPart> {
  const items = typeof input === "string" ? [] : (input ?? []);
  const ids = items.flatMap((item) => (item.type === "item_reference" ? [item.id] : []));
  return new Map(ids.map((id) => [id, toOutputPart(id) ?? missing(id)]));
}

async function readSaid(
  deps: Pick<Platform, "documents" | "blobs">,
  principal: Principal,
  taskId: string,
): Promise<ChatResult | undefined> {
  const task = await findOwnChat(deps, principal, taskId);
  return task?.status === "succeeded" ? readResult<"chat">(deps, task) : undefined;
}

function toSpoken(said: ChatResult | undefined, { call: index }: OutputPart): Spoken | undefined {
  if (!said) return undefined;
  if (index === undefined) return { kind: "text", text: said.text || said.refusal || "" };
  const call = said.toolCalls?.[index];
  return call && { kind: "call", call };
}

function missing(id: string): never {
  throw new ConeaError("invalid_request", `There is no item ${JSON.stringify(id)}.`, {
    fields: [{ field: "input", message: "refers to an item that is not there" }],
  });
}

function tooMany(): ConeaError {
  return new ConeaError(
    "invalid_request",
    `The input refers to more than ${mostReferences} responses; use previous_response_id.`,
    { fields: [{ field: "input", message: `must refer to at most ${mostReferences} responses` }] },
  );
}
