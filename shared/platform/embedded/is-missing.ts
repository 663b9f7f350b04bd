/** Whether a file operation failed because there is no such file, or no folder where one was looked for. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}
