import type { StandardSchema } from './standard-schema.js';

declare const valueOf: unique symbol;

/** A key that knows the type of its value and how long that is kept. Made by {@link cacheKey}. */
export interface CacheKey<Value extends object> {
	/** The key in Redis, without the prefix of the cache. */
	readonly key: string;
	/** Lifetime in seconds. */
	readonly ttlSecs: number;
	/** Checks what is read; a value that does not fit is a miss. */
	readonly schema?: StandardSchema<Value> | undefined;
	/** Only for the compiler. */
	readonly [valueOf]?: Value;
}

/**
 * A key for values of one type, a JSON object or array.
 *
 * ```ts
 * const profileKey = (id: string) => cacheKey<Profile>(`profile:${id}`, TTL.LONG);
 * await cache.get(profileKey('42')); // Profile | undefined
 * ```
 *
 * @throws RangeError when the lifetime is not a whole number of seconds of at least 1
 */
export function cacheKey<Value extends object>(
	key: string,
	ttlSecs: number,
	schema?: StandardSchema<Value>
): CacheKey<Value> {
	return { key, ttlSecs: wholeSecs('ttlSecs', ttlSecs, 1), schema };
}

/** Redis takes whole seconds; anything else is a mistake that is told at once. */
export function wholeSecs(name: string, secs: number, least: number): number {
	if (secs >= least && secs % 1 === 0) return secs;
	throw new RangeError(`${name} is ${secs}, not whole seconds of at least ${least}`);
}

/** A little less than the lifetime, so that what was loaded together does not expire together. */
export function jittered(secs: number): number {
	return Math.ceil(secs * (1 - Math.random() / 10));
}
