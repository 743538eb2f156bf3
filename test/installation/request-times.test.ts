import { expect, it } from '@jest/globals';
import { RequestTimes } from '../../src/installation/request-times.ts';

it('tells how long requests took as a histogram', () => {
  const times = new RequestTimes();
  times.count({ method: 'GET', status: 200 }, 0.25);
  times.count({ method: 'GET', status: 200 }, 0.5);
  times.count({ method: 'POST', status: 422 }, 100);
  const lines = times.text().split('\n');
  expect(lines.slice(0, 2)).toEqual([
    '# HELP roster_request_seconds How long requests took, by method and status.',
    '# TYPE roster_request_seconds histogram',
  ]);
  expect(lines).toEqual(
    expect.arrayContaining([
      'roster_request_seconds_bucket{le="0.1",method="GET",status="200"} 0',
      'roster_request_seconds_bucket{le="0.3",method="GET",status="200"} 1',
      'roster_request_seconds_bucket{le="1",method="GET",status="200"} 2',
      'roster_request_seconds_bucket{le="10",method="POST",status="422"} 0',
      'roster_request_seconds_bucket{le="+Inf",method="POST",status="422"} 1',
      'roster_request_seconds_sum{method="GET",status="200"} 0.75',
      'roster_request_seconds_count{method="GET",status="200"} 2',
    ]),
  );
  expect(lines).toHaveLength(2 + 2 * (8 + 3) + 1);
  expect(lines.at(-1)).toBe('');
});
