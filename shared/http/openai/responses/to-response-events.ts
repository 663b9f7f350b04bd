import type { ChatResult } from "../../../api/chat.ts";
import type { Failure } from "../to-failure.ts";
import type { WatchedTask } from "../watch-task.ts";
import {
  type OutputContent,
  type OutputItem,
  type OutputMessage,
  toOutputMessage,
  toOutputText,
} from "./to-output-items.ts";
import { type Asked, type State, toFailed, toResponse, toSucceeded } from "./to-response.ts";

export type ResponseEvents = {
  /** What a stream begins with. Where it was not written, whatever comes first begins with it. */
  begin(): string;
  /** The next piece of the message. */
  text(text: string): string;
  /** What ends the stream of a task that has succeeded. */
  end(task: WatchedTask, result: ChatResult): string;
  /**
   * What ends it otherwise: what was said stays said, and is not called complete. Where the task `goesOn`, a stream that is
   * resumed after this begins with what comes next.
   */
  fail(failure: Failure, options: { goesOn: boolean }): string;
};

/** The number of the event before the first character of a message: each character counts as one, however it was cut. */
const beforeText = 3;

/** How much of the text a reader has had who has read to the event of this number. */
export function toTextRead(sequenceNumber: number): number {
  return Math.max(0, sequenceNumber - beforeText);
}

/**
 * Writes a response as the typed events that OpenAI's SDKs expect, numbered in their order: by what they tell alone, so that
 * every stream of one response has the same numbers. Those up to `after` are left out. A call comes whole when its attempt has
 * succeeded: arguments are never put together from two.
 */
export function toResponseEvents(task: WatchedTask, asked: Asked, { after = -1 } = {}): ResponseEvents {
  const textAt = { item_id: toOutputMessage(task.id, []).id, output_index: 0, content_index: 0 };
  let sequence = 0;
  let text = "";
  let isMessageOpen = false;

  const event = (type: string, fields: object) => {
    const number = sequence++;
    return number > after ? toFrame(type, number, fields) : "";
  };
  const told = (type: string, state: State, of = task) =>
    event(`response.${type}`, { response: toResponse(of, asked, state) });

  function begin(): string {
    if (sequence > 0) return "";
    return told("created", { status: "in_progress" }) + told("in_progress", { status: "in_progress" });
  }

  function openText(): string {
    if (isMessageOpen) return "";
    isMessageOpen = true;
    const item = toOutputMessage(task.id, [], "in_progress");
    return (
      event("response.output_item.added", { output_index: 0, item }) +
      event("response.content_part.added", { ...textAt, part: toOutputText("") })
    );
  }

  function sayMore(delta: string): string {
    text += delta;
    // Its number is that of its last character, and the reader may have had some of them.
    const fresh = delta.slice(Math.max(0, after + 1 - sequence));
    sequence += delta.length - 1;
    return event("response.output_text.delta", { ...textAt, delta: fresh, logprobs: [] });
  }

  function closeText(): string {
    return (
      event("response.output_text.done", { ...textAt, text, logprobs: [] }) +
      event("response.content_part.done", { ...textAt, part: toOutputText(text) })
    );
  }

  function writeRefusal(part: Extract<OutputContent, { type: "refusal" }>, index: number): string {
    const at = { ...textAt, content_index: index };
    const { refusal } = part;
    return (
      event("response.content_part.added", { ...at, part: { ...part, refusal: "" } }) +
      event("response.refusal.delta", { ...at, delta: refusal }) +
      event("response.refusal.done", { ...at, refusal }) +
      event("response.content_part.done", { ...at, part })
    );
  }

  function endMessage(item: OutputMessage): string {
    const start = item.content.some(({ type }) => type === "output_text") ? openText() : openItem(item);
    const parts = item.content.map((part, index) =>
      part.type === "refusal" ? writeRefusal(part, index) : closeText(),
    );
    return start + parts.join("") + event("response.output_item.done", { output_index: 0, item });
  }

  /** Of a message that holds a refusal alone. */
  function openItem(item: OutputMessage): string {
    const empty = { ...item, status: "in_progress", content: [] };
    return event("response.output_item.added", { output_index: 0, item: empty });
  }

  function writeCall(item: Extract<OutputItem, { type: "function_call" }>, index: number): string {
    const at = { item_id: item.id, output_index: index };
    const empty = { ...item, status: "in_progress", arguments: "" };
    const text = item.arguments;
    return (
      event("response.output_item.added", { output_index: index, item: empty }) +
      event("response.function_call_arguments.delta", { ...at, delta: text }) +
      event("response.function_call_arguments.done", { ...at, arguments: text }) +
      event("response.output_item.done", { output_index: index, item })
    );
  }

  return {
    begin,
    text: (delta) => begin() + openText() + sayMore(delta),
    end(ended, result) {
      const start = begin();
      // What was sent is the text: where two attempts were joined, the stored one may have another middle.
      const said = isMessageOpen ? { ...result, text } : result;
      const state = toSucceeded(ended, said);
      const { output = [] } = state;
      const items = output.map((item, index) =>
        item.type === "message" ? endMessage(item) : writeCall(item, index),
      );
      const type = state.status === "completed" ? "completed" : "incomplete";
      return start + items.join("") + told(type, state, ended);
    },
    fail(failure, { goesOn }) {
      const output = text ? [toOutputMessage(task.id, [toOutputText(text)], "incomplete")] : [];
      const start = begin();
      const response = toResponse(task, asked, { ...toFailed(failure), output });
      // Where something comes next, a number of its own would be that one's. Whatever the reader has had, they are told.
      const number = Math.max(after, goesOn ? sequence - 1 : sequence);
      return start + toFrame("response.failed", number, { response });
    },
  };
}

function toFrame(type: string, number: number, fields: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: number, ...fields })}\n\n`;
}
