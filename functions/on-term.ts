/** Cloud Run sends SIGKILL ten seconds after SIGTERM. */
const longestMs = 9_500;

/**
 * Ends the process in order at SIGTERM: runs `stop`, then exits; by force when that takes too long. The Functions Framework's
 * own listener, which it adds later, would end the process at once: it is taken away again.
 */
export function onTerm(stop: () => Promise<void>): void {
  const end = () => {
    setTimeout(() => process.exit(1), longestMs).unref();
    stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once("SIGTERM", end);
  process.on("newListener", (event, listener: () => void) => {
    if (event !== "SIGTERM" || listener === end) return;
    process.nextTick(() => process.off("SIGTERM", listener));
  });
}
