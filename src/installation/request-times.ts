const NAME = 'roster_request_seconds';
/** Of a histogram, in seconds. */
const BOUNDS = [0.005, 0.02, 0.05, 0.1, 0.3, 1, 3, 10];

/** Of one method and status: how many took no longer than each bound, how many there were, and how long they took together. */
interface Times {
  within: number[];
  number: number;
  seconds: number;
}

/** How long requests took, told as Prometheus reads it. Counted without the library for that, which is loaded only where somebody reads it. */
export class RequestTimes {
  private readonly byLabels = new Map<string, Times>();

  count({ method, status }: { method: string; status: number }, seconds: number): void {
    const labels = `method="${method}",status="${status}"`;
    const times = this.byLabels.get(labels) ?? { within: BOUNDS.map(() => 0), number: 0, seconds: 0 };
    this.byLabels.set(labels, times);
    BOUNDS.forEach((bound, at) => {
      if (seconds <= bound) times.within[at]++;
    });
    times.number++;
    times.seconds += seconds;
  }

  text(): string {
    const lines = [...this.byLabels].flatMap(([labels, { within, number, seconds }]) => [
      ...BOUNDS.map((bound, at) => `${NAME}_bucket{le="${bound}",${labels}} ${within[at]}`),
      `${NAME}_bucket{le="+Inf",${labels}} ${number}`,
      `${NAME}_sum{${labels}} ${seconds}`,
      `${NAME}_count{${labels}} ${number}`,
    ]);
    const head = [`# HELP ${NAME} How long requests took, by method and status.`, `# TYPE ${NAME} histogram`];
    return [...head, ...lines, ''].join('\n');
  }
}
