import { expect, it } from 'vitest';
import { SentenceReader } from './sentences.js';

it('speaks whole sentences, each once', () => {
	const reader = new SentenceReader();
	expect(reader.next('That is', false)).toBe('');
	expect(reader.next('That is a lot. What', false)).toBe('That is a lot.');
	expect(reader.next('That is a lot. What helped? "Tea."', false)).toBe('What helped?');
	expect(reader.next('That is a lot. What helped? "Tea." No', false)).toBe('"Tea."');
	expect(reader.next('That is a lot. What helped? "Tea." No', true)).toBe('No');
	expect(reader.next('That is a lot. What helped? "Tea." No', true)).toBe('');
});

it('knows the danda and the end of a line', () => {
	const reader = new SentenceReader();
	expect(reader.next('ভালো আছি। তুমি', false)).toBe('ভালো আছি।');
	expect(new SentenceReader().next('- first\n- sec', false)).toBe('- first');
});

it('does not take the point in a number for an end', () => {
	expect(new SentenceReader().next('It is 3.5 km', false)).toBe('');
});
