import type { Principal } from "../../access/principal.ts";
import type { ChatInput, ChatMessage, ContentPart } from "../../api/chat.ts";
import { ConeaError } from "../../core/conea-error.ts";
import type { Platform } from "../../platform/platform.ts";
import { keepUpload } from "./keep-upload.ts";

const dataUrl = /^data:(image\/[a-z0-9.+-]+);base64,/;

/**
 * The input with its data URLs kept as uploads: a task's document stays small, and its retries send no image twice. Links stay
 * links, which the vendor follows: Conea itself fetches nothing that a caller names. Throws `invalid_request`.
 */
export async function keepImages(
  deps: Pick<Platform, "blobs">,
  principal: Principal,
  input: ChatInput,
): Promise<ChatInput> {
  if (!hasDataUrls(input)) return input;
  const messages = input.messages.map(async (message, index): Promise<ChatMessage> => {
    if (message.role !== "user" || typeof message.content === "string") return message;
    const place = (part: number) => `messages[${index}].content[${part}].image_url.url`;
    const content = message.content.map((part, at) => keepPart(deps, principal, part, place(at)));
    return { role: "user", content: await Promise.all(content) };
  });
  return { ...input, messages: await Promise.all(messages) };
}

/** Whether there is anything to keep. */
export function hasDataUrls({ messages }: ChatInput): boolean {
  return messages.some(hasDataUrl);
}

function hasDataUrl({ content }: ChatMessage): boolean {
  return Array.isArray(content) && content.some(isDataUrl);
}

function isDataUrl(part: ContentPart): boolean {
  return part.type === "image" && "url" in part.image && part.image.url.startsWith("data:");
}

async function keepPart(
  deps: Pick<Platform, "blobs">,
  principal: Principal,
  part: ContentPart,
  field: string,
): Promise<ContentPart> {
  if (part.type !== "image" || !("url" in part.image)) return part;
  const [prefix, contentType] = dataUrl.exec(part.image.url) ?? [];
  if (!prefix || !contentType) return part;
  const base64 = part.image.url.slice(prefix.length);
  const content = new Uint8Array(Buffer.from(base64, "base64"));
  if (content.byteLength === 0 || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(base64)) throw notBase64(field);
  return { type: "image", image: await keepUpload(deps, principal, { content, contentType }) };
}

function notBase64(field: string): ConeaError {
  const message = "must hold the image in base64";
  return new ConeaError("invalid_request", `${field} ${message}.`, { fields: [{ field, message }] });
}
