import { openDoor, type Sent } from "./openai.fixture.ts";
import { createStage } from "./stage.fixture.ts";

export type ResponseBody = {
  id: string;
  status: string;
  output: Record<string, unknown>[];
  error: { code: string; message: string } | null;
  incomplete_details: object | null;
};

/** `/openai/v1/responses` before a provider that ends as a test says. */
export async function openResponses({ attempts = 1 } = {}) {
  const { provider, calls, stage } = createStage();
  const door = await openDoor({ provider, retry: { attempts } });
  const create = (fields: object = {}, sent: Sent = {}) =>
    door.send("/openai/v1/responses", { body: { model: "m", input: "Hello", ...fields }, ...sent });
  const get = (id: string, sent: Sent = {}) =>
    door.send(`/openai/v1/responses/${id}`, { method: "GET", ...sent });
  const read = async (response: Response) => (await response.json()) as ResponseBody;
  const made = async (fields: object = {}) => read(await create(fields));
  return { ...door, calls, stage, create, get, read, made };
}

export function toText(text: string) {
  return { type: "output_text", text, annotations: [], logprobs: [] };
}
