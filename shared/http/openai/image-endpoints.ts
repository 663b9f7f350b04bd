import { CreateImage, createImage } from "../../api/openai/images.ts";
import { answerUsage, readTokens, totalTokens, writtenTokens } from "../../api/usage.ts";
import { fromTime } from "../../core/clock.ts";
import { ConeaError } from "../../core/conea-error.ts";
import { type Endpoint, toEndpoint } from "./create-openai-app.ts";
import { type DoorDeps, runCall } from "./open-call.ts";
import { readCallHeaders } from "./read-call-headers.ts";
import { type ReadImage, readImages } from "./read-result.ts";
import { type Harmless, harmlessFields, refuseFields } from "./refuse-fields.ts";
import { toTaskFields } from "./to-task-fields.ts";
import type { WatchedTask } from "./watch-task.ts";

const harmless: Harmless = {
  ...harmlessFields,
  moderation: ["auto"],
  output_compression: [100],
  stream: [false],
  partial_images: [0],
};

/** `POST /images/generations`. */
export function createImageEndpoints(deps: DoorDeps): Endpoint[] {
  return [
    toEndpoint(createImage, async (call) => {
      const { body } = call;
      const input = toInput(body);
      const isLinked = body.response_format === "url";
      if (isLinked && !readCallHeaders(call.request.headers).isStored) throw noLinks();
      const submitted = { type: "image_generation" as const, input, ...toTaskFields(body), stream: false };
      const { task, headers } = await runCall(deps, call, submitted);
      const images = await readImages(deps, task, { withContent: !isLinked });
      const data = images.map((image) => toImage(image, isLinked));
      return Response.json({ ...toHead(task, body), data }, { headers });
    }),
  ];
}

function toInput(body: CreateImage) {
  refuseFields(body, CreateImage.shape, harmless);
  const { prompt, n: count = 1, size, quality, background, output_format: format } = body;
  return {
    prompt,
    count,
    ...(size !== undefined && { size }),
    ...(quality !== undefined && { quality }),
    ...(background !== undefined && { background }),
    ...(format !== undefined && { format }),
  };
}

function toHead(
  { createdAt, ...task }: WatchedTask,
  { size, quality, background, output_format }: CreateImage,
) {
  const usage = answerUsage(task);
  return {
    created: Math.floor(fromTime(createdAt) / 1_000),
    ...(size !== undefined && { size }),
    ...(quality !== undefined && { quality }),
    ...(background !== undefined && { background }),
    ...(output_format !== undefined && { output_format }),
    usage: {
      input_tokens: readTokens(usage),
      output_tokens: writtenTokens(usage),
      total_tokens: totalTokens(usage),
    },
  };
}

/** The image itself, as OpenAI's newer models answer, unless a link is asked for. */
function toImage({ file, url, revisedPrompt }: ReadImage, isLinked: boolean) {
  return {
    ...(isLinked ? { url } : { b64_json: Buffer.from(file.content).toString("base64") }),
    ...(revisedPrompt !== undefined && { revised_prompt: revisedPrompt }),
  };
}

function noLinks(): ConeaError {
  const message = "must be b64_json where nothing is stored, since a link leads to what is";
  return new ConeaError("invalid_request", `The field response_format ${message}.`, {
    fields: [{ field: "response_format", message }],
  });
}
