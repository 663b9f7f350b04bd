import { z } from "zod";
import type { TaskInput } from "../../api/inputs.ts";
import type { ImageSearchResult } from "../../api/results.ts";
import { noUsage, type ProviderAnswer, type ProviderCall } from "../provider.ts";
import { readAnswer } from "../read-answer.ts";
import type { Client } from "./open-client.ts";
import { toFoundImage, VendorPhoto } from "./to-found-image.ts";
import { toProviderError } from "./to-provider-error.ts";
import { toRateLimits } from "./to-rate-limits.ts";

type Search = Extract<TaskInput<"image_search">, { query: string }>;
type Asked = { client: Client; signal: AbortSignal; appName: string };
type Found = { result: ImageSearchResult; response: Response };

const Photos = z.object({ total: z.int(), results: z.array(VendorPhoto) });
const Download = z.object({ url: z.string() });

/** One call of search/photos, or of the endpoint by which Unsplash counts that an image has been used. */
export async function imageSearch(
  client: Client,
  appName: string,
  { input, signal }: ProviderCall<"image_search">,
): Promise<ProviderAnswer<"image_search">> {
  const asked = { client, signal, appName };
  const { result, response } = await ("query" in input
    ? search(asked, input)
    : trackDownload(asked, input.trackDownload));
  const requestId = response.headers.get("x-request-id");
  const rateLimits = toRateLimits(response.headers);
  return { result, usage: noUsage, ...(requestId && { requestId }), ...(rateLimits && { rateLimits }) };
}

async function search({ client, signal, appName }: Asked, input: Search): Promise<Found> {
  const query = {
    query: input.query,
    per_page: input.count,
    page: input.page,
    order_by: input.orderBy,
    orientation: input.orientation,
    content_filter: input.contentFilter,
    color: input.color,
  };
  const { data, error, response } = await client.GET("/search/photos", { params: { query }, signal });
  if (!response.ok) throw toProviderError(response, error);
  const { total, results } = readAnswer(Photos, data);
  return { result: { total, images: results.map((photo) => toFoundImage(photo, appName)) }, response };
}

async function trackDownload({ client, signal }: Asked, id: string): Promise<Found> {
  const params = { path: { id } };
  const { data, error, response } = await client.GET("/photos/{id}/download", { params, signal });
  if (!response.ok) throw toProviderError(response, error);
  readAnswer(Download, data);
  return { result: { trackedDownload: id }, response };
}
