import { cutText } from "./cut-text.ts";
import { escapeText, htmlEntities } from "./escape-text.ts";
import type { Mail } from "./mail.ts";
import type { Message, Notice } from "./notice.ts";
import { toFactLines, toFootLines, toHeadline } from "./to-lines.ts";

const longestSubject = 200;

/** A message as an e-mail, in text and HTML. What is the same message has the same Message-ID. */
export function renderEmail(message: Message, { from, to }: Pick<Mail, "from" | "to">): Mail {
  const domain = from.slice(from.lastIndexOf("@") + 1);
  const [first] = message.notices;
  const list = message.subscription?.id ?? "conea";
  return {
    ...{ from, to, subject: toSubject(toHeadline(message)) },
    text: toText(message),
    html: toHtml(message),
    messageId: `<${message.id}@${domain}>`,
    // What is about one alert is one conversation.
    ...(first?.alert && { references: `<${first.alert.id}@${domain}>` }),
    listId: `<${list}.notifications.${domain}>`,
  };
}

/** One line: a line break in a header would begin another. */
function toSubject(headline: string): string {
  const line = headline
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ")
    .trim();
  return cutText(line, longestSubject);
}

function toText(message: Message): string {
  const notices = message.notices.map((notice) => [notice.title, ...toFactLines(notice)].join("\n"));
  return [...notices, toFootLines(message).join("\n")].filter(Boolean).join("\n\n").toWellFormed();
}

function toHtml(message: Message): string {
  const foot = toFootLines(message).map(escapeHtml).join("<br>");
  return [
    "<!doctype html><html><body>",
    ...message.notices.map(toSection),
    ...(foot ? [`<p><small>${foot}</small></p>`] : []),
    "</body></html>",
  ].join("\n");
}

function toSection(notice: Notice): string {
  return `<h3>${escapeHtml(notice.title)}</h3><p>${toFactLines(notice).map(escapeHtml).join("<br>")}</p>`;
}

function escapeHtml(text: string): string {
  return escapeText(text, htmlEntities);
}
