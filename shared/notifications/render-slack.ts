import { cutText } from "./cut-text.ts";
import { escapeText, mrkdwnEntities } from "./escape-text.ts";
import type { Message, Notice } from "./notice.ts";
import { toFactLines, toFootLines, toHeadline } from "./to-lines.ts";

/** https://docs.slack.dev/reference/block-kit/blocks: what Slack takes. */
const longestHeader = 150;
const longestSection = 3_000;
const longestText = 3_000;

type Block =
  | { type: "header"; text: { type: "plain_text"; text: string } }
  | { type: "section"; text: { type: "mrkdwn"; text: string } }
  | { type: "context"; elements: { type: "mrkdwn"; text: string }[] };

export type SlackMessage = { text: string; blocks: Block[]; unfurl_links: false; unfurl_media: false };

/** A message in Block Kit: at most 22 blocks, with a text for where these are not shown. */
export function renderSlack(message: Message): SlackMessage {
  const headline = toHeadline(message);
  const foot = toFootLines(message).join(" · ");
  const header = cutText(headline.replaceAll(/\s+/g, " ").trim() || "Notification", longestHeader);
  return {
    text: escapeText(headline, mrkdwnEntities, longestText),
    blocks: [
      { type: "header", text: { type: "plain_text", text: header } },
      ...message.notices.map((notice) => toSection(notice, message.count > 1)),
      ...(foot ? [{ type: "context" as const, elements: [toMrkdwn(foot)] }] : []),
    ],
    unfurl_links: false,
    unfurl_media: false,
  };
}

/** The only notice's title is in the header already. */
function toSection(notice: Notice, withTitle: boolean): Block {
  const lines = [...(withTitle ? [notice.title] : []), ...toFactLines(notice)];
  return { type: "section", text: toMrkdwn(lines.join("\n")) };
}

function toMrkdwn(text: string): { type: "mrkdwn"; text: string } {
  return { type: "mrkdwn", text: escapeText(text, mrkdwnEntities, longestSection) };
}
