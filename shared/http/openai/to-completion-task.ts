import { CreateCompletion } from "../../api/openai/completions.ts";
import type { SubmitTask } from "../../api/task.ts";
import { type Harmless, harmlessFields, refuseFields } from "./refuse-fields.ts";
import { toSampling } from "./to-sampling.ts";
import { toTaskFields } from "./to-task-fields.ts";

const harmless: Harmless = {
  ...harmlessFields,
  n: [1],
  best_of: [1],
  echo: [false],
  presence_penalty: [0],
  frequency_penalty: [0],
  logit_bias: [{}],
};

/** The task that a body of `POST /completions` asks for. Throws `invalid_request`. Pure. */
export function toCompletionTask(body: CreateCompletion): SubmitTask {
  refuseFields(body, CreateCompletion.shape, harmless);
  const { prompt, suffix, stream = false } = body;
  const text = [prompt].flat().join("");
  const input = { prompt: text, ...(suffix !== undefined && { suffix }), ...toSampling(body) };
  return { type: "completion", input, ...toTaskFields(body), stream };
}
