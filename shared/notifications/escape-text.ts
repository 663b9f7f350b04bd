/** Replaces characters one by one, and stops before the text would be longer than `longest`: no entity is cut in two. */
export function escapeText(
  text: string,
  entities: Readonly<Record<string, string>>,
  longest = Infinity,
): string {
  let escaped = "";
  for (const character of text.toWellFormed()) {
    const next = entities[character] ?? character;
    if (escaped.length + next.length > longest - 1) return `${escaped}…`;
    escaped += next;
  }
  return escaped;
}

/** https://docs.slack.dev/messaging/formatting-message-text: these three and no others. */
export const mrkdwnEntities = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
export const htmlEntities = { ...mrkdwnEntities, '"': "&quot;", "'": "&#39;" };
/** Google Chat knows no entity, and `<users/all>` calls everybody. */
export const chatEntities = { "<": "‹", ">": "›" };
