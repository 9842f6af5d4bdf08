import { describe, expect, it } from 'vitest';
import type { TaskOverview } from '@bondhu/client';
import { noted, perMinute, type Sample } from './throughput.js';

function sample(seconds: number, processed: Record<string, number>): Sample {
	return { at: seconds * 1000, processed };
}

describe('tasks a minute', () => {
	it('needs two samples', () => {
		expect(perMinute([])).toBeUndefined();
		expect(perMinute([sample(0, { a: 5 })])).toBeUndefined();
	});

	it('adds up the workers', () => {
		expect(perMinute([sample(0, { a: 5, b: 1 }), sample(30, { a: 15, b: 6 })])).toBe(30);
	});

	it('takes a worker that starts again or joins for what it is', () => {
		const samples = [
			sample(0, { a: 50 }),
			sample(20, { a: 4, b: 900 }),
			sample(60, { a: 6, b: 901 })
		];
		expect(perMinute(samples)).toBe(7);
	});

	it('forgets what is older than a minute', () => {
		const overview = { now: '1970-01-01T00:01:30Z', workers: [{ hostname: 'a', processed: 9 }] };
		const samples = noted([sample(10, { a: 1 }), sample(40, { a: 2 })], overview as TaskOverview);
		expect(samples.map(({ at }) => at)).toEqual([40_000, 90_000]);
	});
});
