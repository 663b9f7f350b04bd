/**
 * Into how many documents the events of a minute go where many processes count, and where one does. A delivery after a change
 * of it may be counted twice: see docs/decisions/0049-usage-is-counted-once.md.
 */
export const usageShards = { google: 4, embedded: 1 } as const;
