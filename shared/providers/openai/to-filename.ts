const extensions: Record<string, string> = {
  "audio/aac": "aac",
  "audio/flac": "flac",
  "audio/m4a": "m4a",
  "audio/mp3": "mp3",
  "audio/mp4": "mp4",
  "audio/mpeg": "mp3",
  "audio/mpga": "mpga",
  "audio/ogg": "ogg",
  "audio/opus": "ogg",
  "audio/vnd.wave": "wav",
  "audio/wav": "wav",
  "audio/wave": "wav",
  "audio/webm": "webm",
  "audio/x-flac": "flac",
  "audio/x-m4a": "m4a",
  "audio/x-wav": "wav",
  "video/mp4": "mp4",
  "video/webm": "webm",
};

/** A name for audio whose extension fits its type: OpenAI tells the format by the name. `audio.mp3` when it is unknown. */
export function toFilename(contentType: string): string {
  const [type = ""] = contentType.toLowerCase().split(";");
  return `audio.${extensions[type.trim()] ?? "mp3"}`;
}
