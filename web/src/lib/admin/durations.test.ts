import { describe, expect, it } from 'vitest';
import { duration, fromNow } from './durations.js';

describe('a length of time', () => {
	it('is told in the largest unit that fits', () => {
		const told = [0.25, 1, 89, 90, 3600, 90 * 60, 36 * 3600, 1e6].map(duration);
		expect(told).toEqual(['250 ms', '1 s', '89 s', '2 min', '60 min', '2 h', '2 days', '12 days']);
	});

	it('is told from now, forwards and backwards', () => {
		const now = '2026-11-23T12:00:00Z';
		expect(fromNow('2026-11-23T12:12:00Z', now)).toBe('in 12 min');
		expect(fromNow('2026-11-23T09:00:00Z', now)).toBe('3 h ago');
		expect(fromNow('2026-11-23T12:00:00.400Z', now)).toBe('now');
	});
});
