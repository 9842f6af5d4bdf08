import type { Message } from '@bondhu/client';
import { expect, it } from 'vitest';
import { addNewer, addOlder, before, HELD, merge, place, spanOf, type Span } from './messages.js';

const message = (id: number, text = '') => ({ id: String(id), text }) as Message;
const range = (from: number, to: number) =>
	Array.from({ length: to - from }, (_, index) => message(from + index));
const span = (from: number, to: number, older: string | null, newer: string | null): Span => ({
	messages: range(from, to),
	older,
	newer
});
const ids = (of: Span) => [of.messages[0]?.id, of.messages.at(-1)?.id, of.messages.length];

it('turns a page around', () => {
	const page = spanOf({ items: [message(2), message(1)], older: null });
	expect(page.messages.map(({ id }) => id)).toEqual(['1', '2']);
	expect(page.newer).toBeNull();
});

it('adds earlier messages once, and lets go of the newest', () => {
	expect(ids(addOlder(span(40, 80, '40', null), span(1, 41, null, '40')))).toEqual(['1', '79', 79]);
	const long = addOlder(span(40, 40 + HELD, '40', null), span(0, 40, null, '39'));
	expect(ids(long)).toEqual(['0', String(HELD - 1), HELD]);
	expect(long.newer).toBe(String(HELD - 1));
	expect(long.older).toBeNull();
});

it('adds later messages once, and lets go of the oldest', () => {
	const long = addNewer(span(0, HELD, null, 'x'), span(HELD - 1, HELD + 20, 'y', null));
	expect(ids(long)).toEqual(['20', String(HELD + 19), HELD]);
	expect(long).toMatchObject({ older: '20', newer: null });
});

it('lays the newest page over what is there', () => {
	const merged = merge(span(0, 50, null, null), span(30, 60, '30', null));
	expect(ids(merged)).toEqual(['0', '59', 60]);
	expect(merged.older).toBeNull();
	expect(ids(merge(span(0, 50, null, null), span(70, 90, '70', null)))).toEqual(['70', '89', 20]);
});

it('replaces a message, or adds it at the end', () => {
	expect(place(range(0, 3), message(1, 'x'))[1]?.text).toBe('x');
	expect(place(range(0, 3), message(7)).at(-1)?.id).toBe('7');
});

it('gives what stays before a branch', () => {
	expect(before(range(0, 5), '2').map(({ id }) => id)).toEqual(['0', '1']);
});
