// Exact moments in words, as the server writes them: the reader's clock, and UTC, which everybody can compare.

const PARTS = {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: 'numeric',
  minute: '2-digit',
};
const NUMBERS = { day: '2-digit', month: '2-digit' };

const WRITTEN = {
  day: ({ day, month, year }) => `${day} ${month} ${year}`,
  month: ({ day, month, year }) => `${month} ${day}, ${year}`,
  iso: ({ day, month, year }) => `${year}-${month}-${day}`,
  dots: ({ day, month, year }) => `${day}.${month}.${year}`,
};

/** How a moment is told to a reader in this zone; in UTC alone where no zone is known. */
export function exactFor({ zone, dates = 'day' }) {
  const inUtc = clockOf('UTC', dates);
  if (zone === 'UTC') return (moment) => `${inUtc(moment)} UTC`;
  const there = clockOf(zone, dates);
  return (moment) => `${there(moment)} (${inUtc(moment)} UTC)`;
}

function clockOf(timeZone, dates) {
  // One language for all, which has one way to shorten a month.
  const hours = dates === 'month' ? { hourCycle: 'h12' } : { hourCycle: 'h23', hour: '2-digit' };
  const numbers = /iso|dots/.test(dates) && NUMBERS;
  const clock = new Intl.DateTimeFormat('en-US', { ...PARTS, ...hours, ...numbers, timeZone });
  return (moment) => {
    const parts = Object.fromEntries(clock.formatToParts(Date.parse(moment)).map(({ type, value }) => [type, value]));
    const { hour, minute, dayPeriod } = parts;
    return `${WRITTEN[dates](parts)}, ${hour}:${minute}${dayPeriod ? ` ${dayPeriod}` : ''}`;
  };
}
