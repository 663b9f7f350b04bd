import { z } from "zod";
import type { FoundImage } from "../../api/results.ts";
import { toAttribution, toReferral } from "./to-attribution.ts";

/** What is read of a photo. Everything else the vendor sends is ignored. */
export const VendorPhoto = z.object({
  id: z.string(),
  description: z.string().nullish(),
  alt_description: z.string().nullish(),
  width: z.int(),
  height: z.int(),
  color: z.string().nullish(),
  urls: z.object({
    raw: z.string(),
    full: z.string(),
    regular: z.string(),
    small: z.string(),
    thumb: z.string(),
  }),
  links: z.object({ html: z.string() }),
  user: z.object({ name: z.string(), links: z.object({ html: z.string() }) }),
});
export type VendorPhoto = z.infer<typeof VendorPhoto>;

/** A photo with its credit. Its URLs stay as they are, because Unsplash counts views by them. */
export function toFoundImage(photo: VendorPhoto, appName: string): FoundImage {
  const { id, width, height, color, urls, links, user } = photo;
  const description = photo.description || photo.alt_description;
  return {
    id,
    ...(description && { description }),
    width,
    height,
    ...(color && { color }),
    urls,
    link: toReferral(links.html, appName),
    attribution: toAttribution(user.name, user.links.html, appName),
  };
}
