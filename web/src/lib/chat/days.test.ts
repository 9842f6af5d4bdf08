import { expect, it } from 'vitest';
import { dayKey, dayName } from './days.js';

const now = new Date(2026, 10, 22, 0, 30);
const at = (month: number, day: number, hour: number, year = 2026) =>
	new Date(year, month, day, hour).toISOString();

it('names today, yesterday and the days before', () => {
	expect(dayName(at(10, 22, 0), now)).toBe('Today');
	expect(dayName(at(10, 21, 23), now)).toBe('Yesterday');
	expect(dayName(at(10, 20, 12), now)).toMatch(/20/);
	expect(dayName(at(10, 20, 12), now)).not.toMatch(/2026/);
	expect(dayName(at(10, 20, 12, 2025), now)).toMatch(/2025/);
});

it('gives one key to one day', () => {
	expect(dayKey(at(10, 21, 0))).toBe(dayKey(at(10, 21, 23)));
	expect(dayKey(at(10, 21, 23))).not.toBe(dayKey(at(10, 22, 0)));
});
