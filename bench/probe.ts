import { subscribe } from 'node:diagnostics_channel';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION = 5;

/** What a measured process tells of itself when it is asked. */
export interface Usage {
  /** Milliseconds of processor time so far. */
  cpu: number;
  /** Bytes, now and at most so far. */
  rss: number;
  rssWorst: number;
  /** The longest that the event loop was held since it listens, or since the last time that this was asked, in milliseconds. */
  longestBlock: number;
}

let worst = 0;
const delays = monitorEventLoopDelay({ resolution: RESOLUTION });
// Before there is nobody whom it could hold up, and all that it is made of is loaded in one go.
subscribe('tracing:net.server.listen:asyncEnd', () => delays.enable());

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
  const longestBlock = Math.max(0, delays.max / 1e6 - RESOLUTION);
  delays.reset();
  const usage: Usage = { cpu: (user + system) / 1000, rss, rssWorst: worst, longestBlock };
  process.send?.(usage);
});

// Whoever measures is gone, so there is nobody left to stop this process.
process.on('disconnect', () => process.exit(0));
