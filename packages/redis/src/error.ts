/** What the cache was doing when something went wrong. */
export type CacheOperation = 'get' | 'set' | 'exists' | 'ttl' | 'delete' | 'refresh' | 'waitUntil';

/**
 * - `timeout`: no answer in time; the cache is left out for a while
 * - `failed`: the client refused, or could not reach the server
 * - `invalid`: what is stored is not what belongs there, or a value cannot be stored as JSON
 * - `load`: a refresh in the background could not load a new value
 */
export type CacheErrorCode = 'timeout' | 'failed' | 'invalid' | 'load';

/**
 * What `onError` is told. It never reaches whoever asked the cache: they get a miss. The message names
 * the key and no value; `cause` may hold values.
 */
export class CacheError extends Error {
	override readonly name = 'CacheError';
	readonly code: CacheErrorCode;
	readonly operation: CacheOperation;
	/** The key or pattern, with the prefix of the cache. */
	readonly key: string;

	constructor(code: CacheErrorCode, operation: CacheOperation, key: string, cause: unknown) {
		// The client of Upstash adds the whole command to what it says, values and all.
		const why = String((cause as Error | undefined)?.message ?? cause).split(', command was')[0];
		super(`cache: ${operation} ${key}: ${why}`, { cause });
		this.code = code;
		this.operation = operation;
		this.key = key;
	}
}
