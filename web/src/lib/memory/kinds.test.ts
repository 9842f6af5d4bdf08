import type { MemoryItem } from '@bondhu/client';
import { describe, expect, it } from 'vitest';
import { grouped, origin, sureness } from './kinds.js';

const item = (kind: MemoryItem['kind'], object: string) =>
	({ kind, object, created_by: 'rule' }) as MemoryItem;

describe('memories by kind', () => {
	it('come in the order of the page and leave out kinds without any', () => {
		const groups = grouped([item('likes', 'tea'), item('identity', 'Asha'), item('likes', 'rain')]);
		expect(groups.map((group) => group.title)).toEqual(['You', 'Likes and dislikes']);
		expect(groups[1]?.items.map((each) => each.object)).toEqual(['tea', 'rain']);
	});

	it('say how sure they are and where they come from', () => {
		expect([0.99, 0.85, 0.7].map(sureness)).toEqual(['certain', 'sure', 'not quite sure']);
		expect(origin(item('likes', 'tea'))).toBe('from your words');
	});
});
