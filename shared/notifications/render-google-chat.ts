import { chatEntities, escapeText } from "./escape-text.ts";
import type { Message } from "./notice.ts";
import { toFactLines, toFootLines, toHeadline } from "./to-lines.ts";

/** https://developers.google.com/workspace/chat/create-messages: what was long the limit of a text. */
const longestText = 4_000;

/** A message as a text, of which Google Chat shows as bold what stands between asterisks. */
export function renderGoogleChat(message: Message): { text: string } {
  const plain = (text: string) => escapeText(text, chatEntities);
  const headline = plain(toHeadline(message)).replaceAll("*", "∗");
  const notices = message.notices.map((notice) =>
    [...(message.count > 1 ? [notice.title] : []), ...toFactLines(notice)].join("\n"),
  );
  const rest = [...notices, toFootLines(message).join("\n")].filter(Boolean);
  return { text: escapeText([`*${headline}*`, ...rest.map(plain)].join("\n\n"), {}, longestText) };
}
