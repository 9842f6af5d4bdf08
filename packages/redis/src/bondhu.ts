import { cacheKey } from './key.js';
import { deleteByPattern, escapeGlob } from './pattern.js';
import { chatHistoryLimits, keyTable } from './schema.js';
import type { Cache } from './cache.js';
import type { CacheKey } from './key.js';
import type {
	CacheValues,
	MessagePage,
	MusicProfile,
	PersonalityContext,
	VideoProfile
} from './schema.js';

/** A length in which the server keeps a person's newest messages. */
export type ChatHistoryLimit = (typeof chatHistoryLimits)[number];

/** For each key of the server, what makes it. */
export type CacheKeys = {
	readonly [Name in keyof CacheValues]: (
		...parts: Parameters<(typeof keyTable)[Name]['key']>
	) => CacheKey<CacheValues[Name]>;
};

/**
 * The keys that the server keeps, with the type and the lifetime of each.
 *
 * ```ts
 * await cache.get(cacheKeys.musicProfile(userId)); // MusicProfile | undefined
 * ```
 */
export const cacheKeys: CacheKeys = {
	personalityContext: (...parts) => keyOf('personalityContext', parts),
	personalitySentiment: (...parts) => keyOf('personalitySentiment', parts),
	chatHistory: (...parts) => keyOf('chatHistory', parts),
	conversationHistory: (...parts) => keyOf('conversationHistory', parts),
	musicProfile: (...parts) => keyOf('musicProfile', parts),
	musicSpotify: (...parts) => keyOf('musicSpotify', parts),
	videoProfile: (...parts) => keyOf('videoProfile', parts),
	sessionActive: (...parts) => keyOf('sessionActive', parts)
};

function keyOf<Name extends keyof CacheValues>(
	name: Name,
	parts: Parameters<(typeof keyTable)[Name]['key']>
): CacheKey<CacheValues[Name]> {
	const { key, ttlSecs } = keyTable[name];
	return cacheKey((key as (...parts: (string | number)[]) => string)(...parts), ttlSecs);
}

/**
 * A person's newest messages over all conversations, newest first: at most `limit`, and never more
 * than the server keeps ({@link chatHistoryLimits}).
 */
export async function getChatHistory(
	cache: Cache,
	userId: string,
	limit: number
): Promise<MessagePage | undefined> {
	const kept = chatHistoryLimits.find((kept) => kept >= limit) ?? Math.max(...chatHistoryLimits);
	const page = await cache.get(cacheKeys.chatHistory(userId, kept));
	return page && { ...page, items: page.items.slice(0, limit) };
}

/** Keeps a person's newest messages in one of the lengths that the server drops at each write. */
export function setChatHistory(
	cache: Cache,
	userId: string,
	limit: ChatHistoryLimit,
	history: MessagePage
): Promise<boolean> {
	return cache.set(cacheKeys.chatHistory(userId, limit), history);
}

/** Drops every page of a person's messages, of any length and conversation; gives how many. */
export function invalidateChatHistory(cache: Cache, userId: string): Promise<number | undefined> {
	return deleteByPattern(cache, `chat:history:${escapeGlob(userId)}:*`);
}

/** What a reply needs to know of a person. */
export function getPersonalityContext(
	cache: Cache,
	userId: string
): Promise<PersonalityContext | undefined> {
	return cache.get(cacheKeys.personalityContext(userId));
}

export function setPersonalityContext(
	cache: Cache,
	userId: string,
	context: PersonalityContext
): Promise<boolean> {
	return cache.set(cacheKeys.personalityContext(userId), context);
}

export function invalidatePersonalityContext(cache: Cache, userId: string): Promise<boolean> {
	return cache.delete(cacheKeys.personalityContext(userId));
}

/** What listening says about a person. */
export function getMusicProfile(cache: Cache, userId: string): Promise<MusicProfile | undefined> {
	return cache.get(cacheKeys.musicProfile(userId));
}

export function setMusicProfile(
	cache: Cache,
	userId: string,
	profile: MusicProfile
): Promise<boolean> {
	return cache.set(cacheKeys.musicProfile(userId), profile);
}

/** What a person watches. */
export function getVideoProfile(cache: Cache, userId: string): Promise<VideoProfile | undefined> {
	return cache.get(cacheKeys.videoProfile(userId));
}

export function setVideoProfile(
	cache: Cache,
	userId: string,
	profile: VideoProfile
): Promise<boolean> {
	return cache.set(cacheKeys.videoProfile(userId), profile);
}
