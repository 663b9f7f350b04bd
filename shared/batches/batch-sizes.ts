/** How much is done at a time. */
export type BatchSizes = {
  /** Lines, and about the bytes, that become tasks in one commit: far below what one may hold. */
  pageLines: number;
  pageBytes: number;
  /** Lines, and about the bytes, of a part of the results: so much is held in memory. */
  partLines: number;
  partBytes: number;
};

export const batchSizes: BatchSizes = {
  pageLines: 100,
  pageBytes: 1_000_000,
  partLines: 1_000,
  partBytes: 2_000_000,
};
