import type { ChatMessage, ContentPart } from "../../../api/chat.ts";
import type { Platform } from "../../../platform/platform.ts";
import { linkSeconds, uploadKey } from "../../../tasks/stored-files.ts";
import type { TaskDocument } from "../../../tasks/task-document.ts";

/** The messages with a link to each image that was kept as an upload. */
export function linkImages(
  { blobs }: Pick<Platform, "blobs">,
  owner: Pick<TaskDocument, "tenant" | "createdBy">,
  messages: ChatMessage[],
): Promise<ChatMessage[]> {
  const link = async (part: ContentPart): Promise<ContentPart> => {
    if (part.type !== "image" || !("blob" in part.image)) return part;
    const url = await blobs.signedUrl(uploadKey(owner, part.image.blob), linkSeconds);
    return { type: "image", image: { url } };
  };
  return Promise.all(
    messages.map(async (message) => {
      if (message.role !== "user" || typeof message.content === "string") return message;
      return { ...message, content: await Promise.all(message.content.map(link)) };
    }),
  );
}
