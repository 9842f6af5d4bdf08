import type { RedisClient } from './client.js';
import type { CacheError } from './error.js';

export interface CacheOptions {
	/** A `Redis` of `@upstash/redis`, or anything else with the same few methods. */
	client: RedisClient;
	/** Stands in front of every key; nothing by default, as Bondhu's own keys have none. */
	prefix?: string;
	/** How long one command may take, in milliseconds; 1000 by default. */
	timeoutMs?: number;
	/**
	 * How long the cache is left out after a command that took too long, in milliseconds; 5000 by
	 * default. Dropping keys is tried all the same.
	 */
	pauseMs?: number;
	/** Is told of every failure; writes a warning to the console by default. */
	onError?: (error: CacheError) => void;
	/**
	 * Keeps a serverless function alive for work that goes on after its answer: `after` of Next.js,
	 * `waitUntil` of Vercel and Workers. Without it a loaded value is written before it is given
	 * out, and stale values are refreshed as long as the process lives.
	 */
	waitUntil?: (work: Promise<unknown>) => void;
}
