import { cacheKey } from './key.js';
import { deleteByPattern, escapeGlob } from './pattern.js';
import { TTL } from './ttl.js';
import type { Cache } from './cache.js';
import type { CacheKey } from './key.js';
import type { MessagePage } from './values.js';

/** The keys that the Bondhu server keeps, with the type and lifetime of each. */
export const cacheKeys: {
	chatHistory: (userId: string, limit: number) => CacheKey<MessagePage>;
} = {
	chatHistory: (userId, limit) => cacheKey(`chat:history:${userId}:${limit}`, TTL.SHORT)
};

/** A person's newest messages, at most `limit`, newest first. */
export function getChatHistory(
	cache: Cache,
	userId: string,
	limit: number
): Promise<MessagePage | undefined> {
	return cache.get(cacheKeys.chatHistory(userId, limit));
}

export function setChatHistory(
	cache: Cache,
	userId: string,
	limit: number,
	history: MessagePage
): Promise<boolean> {
	return cache.set(cacheKeys.chatHistory(userId, limit), history);
}

/** Drops every page of a person's messages, of any length and conversation. */
export function invalidateChatHistory(cache: Cache, userId: string): Promise<number | undefined> {
	return deleteByPattern(cache, `chat:history:${escapeGlob(userId)}:*`);
}
