/** How long a claimed task is its worker's alone without a renewal. */
export const leaseMs = 30_000;
