/** Types that a browser shows without running anything in them; all else is offered as a file. */
const harmless = /^(image\/(png|jpeg|gif|webp|avif)|audio\/[\w.+-]+|video\/[\w.+-]+)\s*(;|$)/i;

/** The `Content-Disposition` of a blob whose link anybody may open. */
export function toDisposition(key: string, contentType: string): string {
  const name = key.slice(key.lastIndexOf("/") + 1);
  return `${harmless.test(contentType) ? "inline" : "attachment"}; filename="${name}"`;
}
