import { Ratelimit } from '@upstash/ratelimit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Redis } from '@upstash/redis';
import { SERVERS, startGateway, type Gateway } from './gateway.js';

describe.each(SERVERS)('@upstash/ratelimit on %s', (server) => {
	let gateway: Gateway;
	let redis: Redis;

	beforeAll(async () => {
		gateway = await startGateway(server);
		redis = gateway.client();
	});
	afterAll(() => gateway.stop());

	const limiters = {
		'fixed window': Ratelimit.fixedWindow(10, '60 s'),
		'sliding window': Ratelimit.slidingWindow(10, '60 s'),
		'token bucket': Ratelimit.tokenBucket(10, '60 s', 10)
	};

	it.each(Object.entries(limiters))(
		'%s lets ten of forty at once through',
		async (name, limiter) => {
			const ratelimit = new Ratelimit({
				redis,
				limiter,
				prefix: `test:${name}`,
				ephemeralCache: false
			});
			const answers = await Promise.all(Array.from({ length: 40 }, () => ratelimit.limit('asha')));
			expect(answers.filter((answer) => answer.success).length).toBe(10);
			expect(answers.every((answer) => answer.limit === 10)).toBe(true);
			const other = await ratelimit.limit('bela');
			expect(other.success).toBe(true);
			expect((await ratelimit.getRemaining('asha')).remaining).toBe(0);
			await ratelimit.resetUsedTokens('asha');
			expect((await ratelimit.limit('asha')).success).toBe(true);
		}
	);

	it('counts for its analytics', async () => {
		const ratelimit = new Ratelimit({
			redis,
			limiter: Ratelimit.slidingWindow(5, '60 s'),
			analytics: true,
			prefix: 'test:analytics'
		});
		for (let n = 0; n < 7; n++) {
			const { pending } = await ratelimit.limit('asha');
			await pending;
		}
		const keys = await redis.keys('test:analytics:events:*');
		expect(keys.length).toBeGreaterThan(0);
	});

	it('finds its scripts again after the server has forgotten them', async () => {
		const ratelimit = new Ratelimit({
			redis,
			limiter: Ratelimit.fixedWindow(100, '60 s'),
			prefix: 'test:forgotten'
		});
		await ratelimit.limit('asha');
		await redis.scriptFlush();
		expect((await ratelimit.limit('asha')).remaining).toBe(98);
	});
});
