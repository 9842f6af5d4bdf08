import { CacheError } from './error.js';
import type { RedisClient } from './client.js';
import type { CacheErrorCode, CacheOperation } from './error.js';
import type { CacheOptions } from './options.js';

/** The way to Redis: every command within its time, and every failure reported instead of thrown. */
export interface Commands {
	readonly prefix: string;
	/** Runs a command, unless the cache is being left out; `fallback` stands for every failure. */
	ask: <Answer>(
		operation: CacheOperation,
		key: string,
		command: (client: RedisClient) => Promise<Answer>,
		fallback: Answer
	) => Promise<Answer>;
	report: (code: CacheErrorCode, operation: CacheOperation, key: string, cause: unknown) => void;
	/** Hands work to the platform, or waits for it where there is nobody to hand it to. */
	later: (key: string, work: Promise<unknown>) => Promise<void>;
}

export function openCommands(options: CacheOptions): Commands {
	const { client, prefix = '', timeoutMs = 1000, pauseMs = 5000, waitUntil } = options;
	const { onError = (error: CacheError) => console.warn(error.message) } = options;
	let pausedUntil = 0;

	const report: Commands['report'] = (...what) => {
		try {
			onError(new CacheError(...what));
		} catch (thrown) {
			// Whoever asked the cache is not to fail because the reporting does.
			console.error(thrown);
		}
	};

	return {
		prefix,
		report,
		ask: async (operation, key, command, fallback) => {
			// What has to go is tried to be dropped even so.
			if (operation !== 'delete' && Date.now() < pausedUntil) return fallback;
			let code: CacheErrorCode = 'failed';
			let timer: ReturnType<typeof setTimeout> | undefined;
			const late = new Promise<never>((_, reject) => {
				timer = setTimeout(() => {
					code = 'timeout';
					pausedUntil = Date.now() + pauseMs;
					reject(`no answer in ${timeoutMs} ms; the cache is left out for ${pauseMs} ms`);
				}, timeoutMs);
			});
			try {
				return await Promise.race([command(client), late]);
			} catch (cause) {
				report(code, operation, key, cause);
				return fallback;
			} finally {
				clearTimeout(timer);
			}
		},
		later: async (key, work) => {
			if (!waitUntil) return void (await work);
			try {
				waitUntil(work);
			} catch (cause) {
				report('failed', 'waitUntil', key, cause);
			}
		}
	};
}
