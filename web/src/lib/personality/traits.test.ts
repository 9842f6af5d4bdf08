import type { TraitEstimate } from '@bondhu/client';
import { expect, test } from 'vitest';
import { changeInWords, corner, signed, traitInWords } from './traits.js';

const trait = (evidence: number, locked = false): TraitEstimate => ({
	trait: 'openness',
	mean: 54.4,
	variance: 40,
	low: 41.2,
	high: 66.8,
	band: 'moderate',
	evidence,
	locked
});

test('an average is not told as if it were of this person', () => {
	expect(traitInWords(trait(0))).toBe('not known yet');
	expect(traitInWords(trait(2))).toBe('moderate, 54, likely between 41 and 67');
	expect(traitInWords(trait(0, true))).toMatch(/^moderate/);
});

test('a change is told only when it is one', () => {
	const change = {
		trait: 'openness' as const,
		since: '2026-11-22T08:00:00.000Z',
		before: 50,
		now: 58,
		needed: 30,
		verdict: 'steady' as const
	};
	expect(changeInWords(change)).toMatch(/^steady: 50 before, 58 now; below 30 points/);
	expect(changeInWords({ ...change, now: 90, verdict: 'rose' })).toBe('rose: 50 before, 90 now');
});

test('points have a sign', () => {
	expect([1.26, -0.44, 0.01].map(signed)).toEqual(['+1.3', '−0.4', '0']);
});

test('the first corner stands upright', () => {
	const { x, y } = corner(0, 5, 100, 10);
	expect(x).toBeCloseTo(0);
	expect(y).toBeCloseTo(-10);
});
