import { beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import {
	cacheKeys,
	chatHistoryLimits,
	createCache,
	getChatHistory,
	getMusicProfile,
	getPersonalityContext,
	getVideoProfile,
	invalidateChatHistory,
	invalidatePersonalityContext,
	keyTable,
	setChatHistory,
	setMusicProfile,
	setPersonalityContext,
	setVideoProfile
} from '../src/index.js';
import type { MessagePage, MusicProfile, PersonalityContext, VideoProfile } from '../src/index.js';
import { StandIn } from './stand-in.js';

const MIRA = '0193a2b4-0000-7000-8000-000000000001';
const ASHA = '0193a2b4-0000-7000-8000-000000000002';
const TALK = '0193a2b4-0000-7000-8000-000000000003';

let client: StandIn;
const open = () => createCache({ client });
beforeEach(() => {
	client = new StandIn();
});

it('there is a typed key for everything that the server keeps', () => {
	const valued = Object.keys(keyTable).filter((name) => !name.startsWith('rateLimit'));
	expect(Object.keys(cacheKeys).sort()).toEqual(valued.sort());
	expect(cacheKeys.conversationHistory(MIRA, TALK, 20)).toMatchObject({
		key: `chat:history:${MIRA}:${TALK}:20`,
		ttlSecs: 300
	});
	expectTypeOf(cacheKeys.conversationHistory).parameters.toEqualTypeOf<[string, string, number]>();
});

describe('a chat history', () => {
	const messages = (count: number): MessagePage => ({
		items: Array.from({ length: count }, (_, at) => ({ id: `${at}` }) as MessagePage['items'][0])
	});

	it('is kept as the server keeps it', async () => {
		expectTypeOf(setChatHistory).parameter(2).toEqualTypeOf<20 | 50 | 100>();
		await setChatHistory(open(), MIRA, 50, { items: [], older: null, newer: null });
		expect(client.texts).toEqual({
			[`chat:history:${MIRA}:50`]: '{"items":[],"older":null,"newer":null}'
		});
	});

	it('is cut from the next longer page that the server keeps', async () => {
		for (const length of chatHistoryLimits) {
			await setChatHistory(open(), MIRA, length, messages(length));
		}
		client.sent.length = 0;
		for (const limit of [1, 20, 21, 50, 99, 100, 500]) {
			const page = await getChatHistory(open(), MIRA, limit);
			expect(page?.items).toHaveLength(Math.min(limit, 100));
		}
		expect(client.sent.map((command) => Number(command.split(':').at(-1)))).toEqual([
			...[20, 20, 50, 50, 100, 100, 100]
		]);
	});

	it('goes in every length and conversation', async () => {
		const cache = open();
		await setChatHistory(cache, MIRA, 50, messages(1));
		await setChatHistory(cache, MIRA, 20, messages(1));
		await cache.set(cacheKeys.conversationHistory(MIRA, TALK, 20), messages(1));
		await setChatHistory(cache, ASHA, 50, messages(1));
		expect(await invalidateChatHistory(cache, MIRA)).toBe(3);
		expect(await getChatHistory(cache, MIRA, 50)).toBeUndefined();
		expect(await getChatHistory(cache, ASHA, 50)).toEqual(messages(1));
	});

	it('stays when a user id looks like a pattern', async () => {
		await setChatHistory(open(), MIRA, 50, messages(1));
		expect(await invalidateChatHistory(open(), '*')).toBe(0);
		expect(await getChatHistory(open(), MIRA, 50)).toEqual(messages(1));
	});
});

it('the personality context, the music and the video profile are kept and read', async () => {
	const cache = open();
	const context: PersonalityContext = { style: 'gentle', needs_consistency: true, traits: [] };
	const updated_at = '2026-11-24T10:00:00.000Z';
	const music: MusicProfile = { sources: [], plays: 3, genres: [], artists: [], updated_at };
	const video: VideoProfile = {
		...{ sources: [], subscriptions: [], playlists: [], likes: 1, topics: [], updated_at }
	};
	await setPersonalityContext(cache, MIRA, context);
	await setMusicProfile(cache, MIRA, music);
	await setVideoProfile(cache, MIRA, video);
	expect(Object.keys(client.texts).sort()).toEqual([
		`music:profile:${MIRA}`,
		`personality:context:${MIRA}`,
		`video:youtube:${MIRA}`
	]);
	expect(await getPersonalityContext(cache, MIRA)).toEqual(context);
	expect(await getMusicProfile(cache, MIRA)).toEqual(music);
	expect(await getVideoProfile(cache, MIRA)).toEqual(video);
	expect(await invalidatePersonalityContext(cache, MIRA)).toBe(true);
	expect(await getPersonalityContext(cache, MIRA)).toBeUndefined();
});
