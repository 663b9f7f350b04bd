import { z } from "zod";

export const BlobId = z
  .string()
  .regex(/^blob_[a-z2-7]{26}$/, "must be an id that POST /v1/blobs gave, such as blob_ and 26 characters")
  .meta({ id: "BlobId", description: "An upload of the caller's own, from POST /v1/blobs." });

/** An image given to a model: by link, as a data URL, or as an upload. */
export const ImageSource = z
  .union([
    z.strictObject({
      url: z
        .string()
        .regex(
          /^(https?:\/\/|data:image\/[a-z0-9.+-]+;base64,)/,
          "must start with https:// or data:image/…;base64,",
        ),
    }),
    z.strictObject({ blob: BlobId }),
  ])
  .meta({
    id: "ImageSource",
    description: "`{url}` with an https link or a data URL, or `{blob}` with an upload.",
  });
export type ImageSource = z.infer<typeof ImageSource>;

/** Audio given to a model: inline, or as an upload. */
export const AudioSource = z
  .union([
    z.strictObject({ data: z.base64().min(1), contentType: z.string().regex(/^audio\/[a-z0-9.+-]+$/) }),
    z.strictObject({ blob: BlobId }),
  ])
  .meta({ id: "AudioSource", description: "`{data, contentType}` with base64, or `{blob}` with an upload." });
export type AudioSource = z.infer<typeof AudioSource>;

/** A stored file and a link to it that expires; reading the task again gives a fresh link. */
export const FileLink = z
  .object({
    key: z.string(),
    contentType: z.string(),
    bytes: z.int().nonnegative(),
    url: z.string(),
    urlExpiresAt: z.iso.datetime(),
  })
  .meta({
    id: "FileLink",
    description: "A stored file and a link to it that anybody may read until it expires.",
  });
export type FileLink = z.infer<typeof FileLink>;

export const Blob = z
  .object({ id: BlobId, contentType: z.string(), bytes: z.int().nonnegative() })
  .meta({ id: "Blob", description: "An upload that task inputs may refer to by its id." });
export type Blob = z.infer<typeof Blob>;
