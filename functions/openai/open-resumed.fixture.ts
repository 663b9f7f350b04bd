import { createLiveOutput } from "../../shared/tasks/live-output.ts";
import { openResponses } from "./open-responses.fixture.ts";
import { createOpenAi } from "./openai.ts";
import { readEvents } from "./stage.fixture.ts";

export type StreamEvent = {
  type: string;
  sequence_number: number;
  delta?: string;
  response?: { id: string };
};

export const streamed = { stream: true, background: true };

/** `/openai/v1/responses` with streams of them that break off and are resumed, here and in other processes. */
export async function openResumed(options?: Parameters<typeof openResponses>[0]) {
  const door = await openResponses(options);
  const events = async (response: Response) => (await readEvents(response)) as StreamEvent[];
  const streams = async (fields: object = {}) => events(await door.create({ ...streamed, ...fields }));
  const toPath = (id: string, after?: number) =>
    `${id}?stream=true${after === undefined ? "" : `&starting_after=${after}`}`;
  const resume = async (id: string, after?: number) => events(await door.get(toPath(id, after)));
  /** Another process on the same store, which hears nothing of what this one runs. */
  const openElsewhere = (closing = door.conea.closing) =>
    createOpenAi({ ...door.conea, live: createLiveOutput(), closing });
  const resumeAt = async (handle: typeof door.handle, id: string, after?: number) => {
    const path = `/openai/v1/responses/${toPath(id, after)}`;
    return (await door.begin(path, { method: "GET" }, handle)).answer;
  };
  return { ...door, events, streams, toPath, resume, openElsewhere, resumeAt };
}

export const idOf = (events: StreamEvent[]) => events[0]?.response?.id ?? "";
export const textOf = (events: StreamEvent[]) =>
  events.flatMap(({ type, delta }) => (type === "response.output_text.delta" ? [delta ?? ""] : [])).join("");
/** All but the text. */
export const others = (events: StreamEvent[]) =>
  events.filter(({ type }) => type !== "response.output_text.delta");

/** Frames of a stream as they come, each as its events. */
export function toReader(response: Response) {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  return {
    async next(): Promise<StreamEvent[]> {
      while (true) {
        const { value = "", done = true } = (await reader?.read()) ?? {};
        const found = [...value.matchAll(/^data: (.+)$/gm)];
        if (done || found.length > 0) return found.map(([, data = ""]) => JSON.parse(data) as StreamEvent);
      }
    },
    cancel: () => reader?.cancel(),
  };
}
