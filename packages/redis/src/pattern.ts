import type { Cache } from './cache.js';
import type { RedisClient } from './client.js';
import type { Commands } from './commands.js';

/** How many keys one SCAN looks at, and one UNLINK removes at most. */
const BATCH = 500;

/** Makes a text stand for itself in a pattern of {@link deleteByPattern}. */
export function escapeGlob(text: string): string {
	return text.replace(/[*?[\]\\]/g, '\\$&');
}

/**
 * Drops every key that matches a glob (`*`, `?`, `[abc]`), by SCAN and UNLINK in batches. It looks at
 * all keys of the database, so it is for rare events. {@link escapeGlob} makes a text stand for itself.
 *
 * ```ts
 * await deleteByPattern(cache, `article:${escapeGlob(section)}:*`);
 * ```
 *
 * Gives how many were dropped, or `undefined` when it could not finish; `onError` is then told why.
 * @throws the reason of `signal` when that ends it
 */
export async function deleteByPattern(
	cache: Cache,
	pattern: string,
	options: { signal?: AbortSignal } = {}
): Promise<number | undefined> {
	const { commands, flights } = cache.store;
	// Any load may be of a key that matches. They still answer, and are not kept.
	flights.dropAll();
	try {
		return await scanAndUnlink(commands, escapeGlob(commands.prefix) + pattern, options.signal);
	} finally {
		flights.dropAll();
	}
}

async function scanAndUnlink(
	commands: Commands,
	match: string,
	signal: AbortSignal | undefined
): Promise<number | undefined> {
	let dropped = 0;
	let cursor: string | number = 0;
	do {
		signal?.throwIfAborted();
		const step = await scan(commands, cursor, match);
		if (!step) return undefined;
		const keys = step[1];
		for (let at = 0; at < keys.length; at += BATCH) {
			const batch = keys.slice(at, at + BATCH);
			const gone = await commands.ask('delete', match, (client) => client.unlink(...batch), -1);
			if (gone < 0) return undefined;
			dropped += gone;
		}
		cursor = step[0];
	} while (String(cursor) !== '0');
	return dropped;
}

type Step = Awaited<ReturnType<RedisClient['scan']>>;

function scan(
	commands: Commands,
	cursor: string | number,
	match: string
): Promise<Step | undefined> {
	const command = (client: RedisClient): Promise<Step | undefined> =>
		client.scan(cursor, { match, count: BATCH });
	return commands.ask('delete', match, command, undefined);
}
