import { createCache } from '@bondhu/redis';
import { Redis } from '@upstash/redis';
import { after } from 'next/server';

/** The cache that Bondhu fills, reached through its gateway: `UPSTASH_REDIS_REST_URL` and `.._TOKEN`. */
export const cache = createCache({
	// A cache that has to be asked five times is slower than no cache.
	client: Redis.fromEnv({ retry: { retries: 1, backoff: () => 50 } }),
	timeoutMs: 500,
	waitUntil: (work) => after(() => work),
	onError: ({ code, message }) => console.warn(`${message} [${code}]`)
});
