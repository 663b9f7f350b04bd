/** What Cloud Storage refuses, as its JSON and XML interfaces say it. */
export class StorageError extends Error {
  override readonly name = "StorageError";
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }

  toJson(): string {
    const { status, reason, message } = this;
    return JSON.stringify({
      error: { code: status, message, errors: [{ message, domain: "global", reason }] },
    });
  }

  toXml(): string {
    const code = this.reason.charAt(0).toUpperCase() + this.reason.slice(1);
    return `<?xml version='1.0' encoding='UTF-8'?><Error><Code>${code}</Code><Message>${this.message}</Message></Error>`;
  }
}
