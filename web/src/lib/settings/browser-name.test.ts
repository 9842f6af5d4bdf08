import { expect, it } from 'vitest';
import { browserName } from './browser-name.js';

it('tells browsers and systems apart', () => {
	const android =
		'Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36';
	expect(browserName(android)).toBe('Chrome on Android');
	expect(browserName('Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0')).toBe(
		'Firefox on Linux'
	);
	expect(browserName('curl/8.1')).toBe('curl');
	expect(browserName('')).toBe('Unknown program');
});
