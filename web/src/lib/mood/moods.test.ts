import type { MoodDay } from '@bondhu/client';
import { expect, test } from 'vitest';
import { dayInWords, lastDays, scoreInWords, shapeOf, sourceOf, summary } from './moods.js';

const day = (name: string, mood: string, score: number, own = false): MoodDay => ({
	day: name,
	mood,
	score,
	source: own ? 'self_reported' : 'inferred',
	check_in: null,
	inferred: own ? null : { score, mood, messages: 3, moods: { [mood]: 3 } }
});

test('days count back over the end of a month', () => {
	expect(lastDays('2026-03-02', 4)).toEqual([
		'2026-02-27',
		'2026-02-28',
		'2026-03-01',
		'2026-03-02'
	]);
	expect(dayInWords('2026-11-24')).toMatch(/Tuesday.*24 November/);
});

test('every mood has a shape of its own', () => {
	const moods = 'happy grateful motivated calm curious neutral tired anxious lonely sad angry';
	expect(new Set(moods.split(' ').map(shapeOf)).size).toBe(11);
	expect(shapeOf('unknown')).toBe(shapeOf('neutral'));
});

test('what is drawn is also said', () => {
	expect([0.1, 0.4, 0.5, 0.6, 0.9].map(scoreInWords)).toEqual([
		'heavy',
		'rather heavy',
		'even',
		'rather good',
		'good'
	]);
	const days = [day('2026-11-22', 'calm', 0.7), day('2026-11-23', 'calm', 0.7, true)];
	expect(summary(days, 14)).toBe(
		'Of the last 14 days 2 days are known, 1 of them from you yourself. Most often calm, on the whole rather good.'
	);
	expect(summary([], 14)).toBe('Nothing is known of the last 14 days yet.');
	expect(days.map(sourceOf)).toEqual(['read from 3 messages', 'you said so']);
});
