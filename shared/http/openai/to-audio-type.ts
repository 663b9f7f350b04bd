import { ConeaError } from "../../core/conea-error.ts";

const types: Record<string, string> = {
  flac: "audio/flac",
  m4a: "audio/mp4",
  mp3: "audio/mpeg",
  mp4: "audio/mp4",
  mpeg: "audio/mpeg",
  mpga: "audio/mpeg",
  oga: "audio/ogg",
  ogg: "audio/ogg",
  opus: "audio/ogg",
  wav: "audio/wav",
  webm: "audio/webm",
};

/** What kind of audio a file of a form is, by its own type or its name, as OpenAI takes it. Throws `invalid_request`. */
export function toAudioType({ type, name }: { type: string; name: string }): string {
  if (/^audio\/[a-z0-9.+-]{1,64}$/.test(type)) return type;
  const known = types[name.split(".").at(-1)?.toLowerCase() ?? ""];
  if (known) return known;
  throw new ConeaError("invalid_request", "The file is not known as audio by its type or its name.", {
    fields: [{ field: "file", message: `must end in one of ${Object.keys(types).join(", ")}` }],
  });
}
