/**
 * Calls once when the program that started this one is gone, killed or not, also where that was before this call. It is
 * known by the channel that it opened; who starts the server with plain Node opens none, and the server outlives them.
 */
export function whenParentIsGone(end: () => void): void {
  if (!process.send) return;
  if (process.connected) process.once('disconnect', end);
  else end();
}
