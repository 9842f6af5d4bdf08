import { expect, it } from 'vitest';
import { countMinute, DISCLOSE_AFTER_MINUTES } from './disclosure.js';

it('is due after three hours of use, counting a minute once for all tabs', () => {
	let usage = { minutes: 0, counted: 0 };
	const due: number[] = [];
	for (let minute = 1; minute <= 2 * DISCLOSE_AFTER_MINUTES; minute += 1) {
		for (const second of [5_000, 40_000]) {
			const counted = countMinute(usage, minute * 60_000 + second);
			usage = counted.usage;
			if (counted.due) due.push(minute);
		}
	}
	expect(due).toEqual([180, 360]);
});
