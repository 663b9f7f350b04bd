export type StreamedEvent = { event: string; data: Record<string, unknown> };

/** The events of a `text/event-stream`, to its end. */
export async function readStream(answer: Response): Promise<StreamedEvent[]> {
  const frames = (await answer.text()).split("\n\n").filter((frame) => frame.startsWith("id:"));
  return frames.map((frame) => {
    const fields = Object.fromEntries(frame.split("\n").map((line) => line.split(/: (.*)/, 2)));
    return { event: fields.event, data: JSON.parse(fields.data) };
  });
}
