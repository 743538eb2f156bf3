/** What a measured process tells of itself when it is asked. */
export interface Usage {
  /** Milliseconds of processor time so far. */
  cpu: number;
  /** Bytes, now and at most so far. */
  rss: number;
  rssWorst: number;
}

let worst = 0;

function look(): number {
  const rss = process.memoryUsage.rss();
  worst = Math.max(worst, rss);
  return rss;
}

// The kernel's own maximum would begin with that of the parent process.
setInterval(look, 100).unref();

process.on('message', () => {
  const rss = look();
  const { user, system } = process.cpuUsage();
  const usage: Usage = { cpu: (user + system) / 1000, rss, rssWorst: worst };
  process.send?.(usage);
});

// Whoever measures is gone, so there is nobody left to stop this process.
process.on('disconnect', () => process.exit(0));
