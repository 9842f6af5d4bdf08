/**
 * The few commands that the cache sends. A `Redis` of `@upstash/redis` fits as it is, with automatic
 * deserialisation on or off, and so does anything else of this shape.
 */
export interface RedisClient {
	get(key: string): Promise<unknown>;
	set(
		key: string,
		value: string,
		// Two shapes and no optional member: it has to fit under any compiler option of whoever uses this.
		options: { ex: number } | { ex: number; nx: true }
	): Promise<unknown>;
	exists(...keys: string[]): Promise<number>;
	ttl(key: string): Promise<number>;
	/** Removes keys, freeing their memory later. Gives how many there were. */
	unlink(...keys: string[]): Promise<number>;
	/** One step over all keys; a cursor of 0 is the end. */
	scan(
		cursor: string | number,
		options: { match: string; count: number }
	): Promise<[cursor: string | number, keys: string[]]>;
}
