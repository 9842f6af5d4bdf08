/** What the cache was doing when something went wrong. */
export type CacheOperation = 'get' | 'set' | 'exists' | 'ttl' | 'delete' | 'refresh' | 'waitUntil';

/**
 * - `timeout`: no answer in time; the cache is left out for a while
 * - `failed`: the client refused, or could not reach the server
 * - `invalid`: what is stored is not what belongs there, or a value cannot be stored as JSON
 * - `load`: a refresh in the background could not load a new value
 */
export type CacheErrorCode = 'timeout' | 'failed' | 'invalid' | 'load';

/** What `onError` is told. It never reaches whoever asked the cache: they get a miss. */
export class CacheError extends Error {
	override readonly name = 'CacheError';
	readonly code: CacheErrorCode;
	readonly operation: CacheOperation;
	/** The key or pattern, with the prefix of the cache. */
	readonly key: string;

	constructor(code: CacheErrorCode, operation: CacheOperation, key: string, cause: unknown) {
		const why = (cause as Error | undefined)?.message ?? cause;
		super(`cache: ${operation} ${key}: ${why}`, { cause });
		this.code = code;
		this.operation = operation;
		this.key = key;
	}
}
