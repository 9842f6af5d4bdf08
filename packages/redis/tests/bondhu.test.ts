import { beforeEach, expect, it } from 'vitest';
import {
	TTL,
	cacheKeys,
	createCache,
	getChatHistory,
	invalidateChatHistory,
	setChatHistory
} from '../src/index.js';
import { StandIn } from './stand-in.js';

const MIRA = '0193a2b4-0000-7000-8000-000000000001';
const ASHA = '0193a2b4-0000-7000-8000-000000000002';

let client: StandIn;
const open = () => createCache({ client });
beforeEach(() => {
	client = new StandIn();
});

it('the keys are those of the server', () => {
	expect(cacheKeys.chatHistory(MIRA, 50)).toMatchObject({
		key: `chat:history:${MIRA}:50`,
		ttlSecs: TTL.SHORT
	});
});

it('a history is kept as the server keeps it, and goes in every length', async () => {
	const cache = open();
	const page = { items: [], older: null, newer: null };
	await setChatHistory(cache, MIRA, 50, page);
	await setChatHistory(cache, MIRA, 20, page);
	await setChatHistory(cache, ASHA, 50, page);
	expect(client.texts[`chat:history:${MIRA}:50`]).toBe('{"items":[],"older":null,"newer":null}');
	expect(await getChatHistory(cache, MIRA, 50)).toEqual(page);
	expect(await invalidateChatHistory(cache, MIRA)).toBe(2);
	expect(await getChatHistory(cache, MIRA, 50)).toBeUndefined();
	expect(await getChatHistory(cache, ASHA, 50)).toEqual(page);
});

it('a user id is no pattern', async () => {
	const cache = open();
	await setChatHistory(cache, MIRA, 50, { items: [] });
	expect(await invalidateChatHistory(cache, '*')).toBe(0);
	expect(await getChatHistory(cache, MIRA, 50)).toEqual({ items: [] });
});
