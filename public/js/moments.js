// Exact moments in words, as the server writes them: the reader's clock, and UTC, which everybody can compare.

const PARTS = {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: 'numeric',
  minute: '2-digit',
};

/** How a moment is told to a reader in this zone; in UTC alone where no zone is known. */
export function exactFor({ zone, isAmerican }) {
  const inUtc = clockOf('UTC', isAmerican);
  if (zone === 'UTC') return (moment) => `${inUtc(moment)} UTC`;
  const there = clockOf(zone, isAmerican);
  return (moment) => `${there(moment)} (${inUtc(moment)} UTC)`;
}

function clockOf(timeZone, isAmerican) {
  // One language for both, which has one way to shorten a month.
  const hours = isAmerican ? { hourCycle: 'h12' } : { hourCycle: 'h23', hour: '2-digit' };
  const clock = new Intl.DateTimeFormat('en-US', { ...PARTS, ...hours, timeZone });
  return (moment) => {
    const parts = Object.fromEntries(clock.formatToParts(Date.parse(moment)).map(({ type, value }) => [type, value]));
    const { day, month, year, hour, minute, dayPeriod } = parts;
    return isAmerican
      ? `${month} ${day}, ${year}, ${hour}:${minute} ${dayPeriod}`
      : `${day} ${month} ${year}, ${hour}:${minute}`;
  };
}
