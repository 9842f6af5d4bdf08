import { expect, it } from 'vitest';
import { languageRuns } from './language.js';

it('gives each script its language and keeps every character', () => {
	const text = 'Hi! আমি ভালো আছি। थोड़ा थका, but fine.';
	const runs = languageRuns(text);
	expect(runs.map((run) => run.text).join('')).toBe(text);
	expect(runs).toEqual([
		{ text: 'Hi! ', lang: undefined },
		{ text: 'আমি ভালো আছি। ', lang: 'bn' },
		{ text: 'थोड़ा थका, ', lang: 'hi' },
		{ text: 'but fine.', lang: undefined }
	]);
});

it('leaves plain text in one piece', () => {
	expect(languageRuns('')).toEqual([]);
	expect(languageRuns('12:30, ok')).toEqual([{ text: '12:30, ok', lang: undefined }]);
});
