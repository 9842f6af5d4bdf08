export { createCache } from './cache.js';
export type { AnyKey, Cache } from './cache.js';
export { defineCache } from './define.js';
export type { CacheDefinition, DefinedCache, KeyParts } from './define.js';
export { cacheKey } from './key.js';
export type { CacheKey } from './key.js';
export { deleteByPattern, escapeGlob } from './pattern.js';
export { TTL } from './ttl.js';
export { CacheError } from './error.js';
export type { CacheErrorCode, CacheOperation } from './error.js';
export type { CacheOptions } from './options.js';
export type { RedisClient } from './client.js';
export type { StandardSchema, Validated } from './standard-schema.js';
export * from './bondhu.js';
export { chatHistoryLimits, keyTable } from './schema.js';
export type {
	CacheValues,
	ListeningSummary,
	Message,
	MessagePage,
	MusicProfile,
	PersonalityContext,
	SentimentInsight,
	VideoProfile,
	Visit
} from './schema.js';
