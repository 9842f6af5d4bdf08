import { setTimeout as pause } from 'node:timers/promises';
import {
	cacheKey,
	createCache,
	defineCache,
	deleteByPattern,
	escapeGlob,
	type CacheError,
	type CacheOptions
} from '@bondhu/redis';
import { Redis as Client } from '@upstash/redis';
import { Redis as WorkersClient } from '@upstash/redis/cloudflare';
import { expect, test as base } from '@playwright/test';
import { Gateway } from '../house/gateway.js';
import { Redis } from '../house/redis.js';

// @bondhu/redis with the published client, through the gateway of the real binary.

interface Parts {
	onRedis: boolean;
	redis: Redis | undefined;
	gateway: Gateway;
}

const test = base.extend<Parts>({
	onRedis: [false, { option: true }],
	redis: async ({ onRedis }, use) => {
		const redis = onRedis ? await Redis.open() : undefined;
		await use(redis);
		await redis?.close();
	},
	gateway: async ({ redis }, use) => {
		const gateway = await Gateway.open(redis?.url);
		await use(gateway);
		await gateway.kill();
	}
});

interface Profile {
	name: string;
	numbers: (string | number | null)[];
}
const MIRA: Profile = {
	name: 'মিরা "M" \u0000',
	numbers: ['1', 1, 9007199254740991, '', null, 'true']
};
const profile = (id: string) => cacheKey<Profile>(`profile:${id}`, 60);

const CLIENTS: Record<string, (gateway: Gateway) => CacheOptions['client']> = {
	'as it comes': (gateway) => new Client(gatewayOf(gateway)),
	'without parsing': ({ url, token }) =>
		new Client({ url, token, automaticDeserialization: false }),
	'without pipelines and base64': ({ url, token }) =>
		new Client({ url, token, enableAutoPipelining: false, responseEncoding: false }),
	'for Workers': ({ url, token }) => new WorkersClient({ url, token })
};

for (const onRedis of [false, true]) {
	test.describe(onRedis ? 'on Redis' : 'on the embedded engine', () => {
		test.use({ onRedis });

		for (const [name, client] of Object.entries(CLIENTS)) {
			test(`values come back as they went, with the client ${name}`, async ({ gateway }) => {
				const errors: CacheError[] = [];
				const cache = createCache({
					client: client(gateway),
					prefix: `${name}:`,
					onError: (error) => errors.push(error)
				});
				expect(await cache.get(profile('1'))).toBeUndefined();
				expect(await cache.set(profile('1'), MIRA)).toBe(true);
				expect(await cache.get(profile('1'))).toEqual(MIRA);
				expect(await cache.exists(profile('1'))).toBe(true);
				const left = await cache.ttl(profile('1'));
				expect(left).toBeGreaterThan(50);
				expect(left).toBeLessThanOrEqual(60);

				let loads = 0;
				const any = defineCache(cache, {
					name: 'any',
					ttlSecs: 60,
					negativeTtlSecs: 60,
					key: (id: string) => id,
					load: (id): unknown => {
						loads += 1;
						return id === 'none' ? undefined : JSON.parse(id);
					}
				});
				for (const text of ['"123"', '123', 'null', 'true', '"true"', '""', '[1,"2"]', 'none']) {
					const value: unknown = text === 'none' ? undefined : JSON.parse(text);
					expect(await any.get(text)).toEqual(value);
					expect(await any.get(text)).toEqual(value);
				}
				expect(loads).toBe(8);

				expect(await cache.delete(profile('1'), any.keyOf('123'))).toBe(true);
				expect(await cache.get(profile('1'))).toBeUndefined();
				expect(await cache.ttl(profile('1'))).toBeUndefined();
				expect(await any.peek('123')).toBeUndefined();
				expect(errors).toEqual([]);
			});
		}

		test('what is kept is plain JSON for everybody else', async ({ gateway }) => {
			const raw = new Client({ ...gatewayOf(gateway), automaticDeserialization: false });
			const cache = createCache({ client: new Client(gatewayOf(gateway)) });
			await cache.set(profile('plain'), MIRA);
			expect(await raw.get('profile:plain')).toBe(JSON.stringify(MIRA));
			await raw.set('profile:other', '{"name":"Asha","numbers":[]}');
			expect(await cache.get(profile('other'))).toEqual({ name: 'Asha', numbers: [] });
			expect(await cache.ttl('profile:other')).toBe(Infinity);
		});

		test('a thousand keys go by their pattern, and no others', async ({ gateway }) => {
			const client = new Client(gatewayOf(gateway));
			const cache = createCache({ client, prefix: 'many*:', timeoutMs: 10_000 });
			const keep = createCache({ client, prefix: 'many?:' });
			const ids = Array.from({ length: 1000 }, (_, at) => `[a]*:${at}`);
			await Promise.all(ids.map((id) => cache.set(profile(id), MIRA)));
			await cache.set(profile('a:1'), MIRA);
			await keep.set(profile('[a]*:1'), MIRA);
			expect(await deleteByPattern(cache, `profile:${escapeGlob('[a]*')}:*`)).toBe(1000);
			expect(await cache.exists(profile('a:1'))).toBe(true);
			expect(await keep.exists(profile('[a]*:1'))).toBe(true);
		});

		test('a stale value is given out, and one of ten processes brings a new one', async ({
			gateway
		}) => {
			let version = 0;
			const processes = Array.from({ length: 10 }, () =>
				defineCache(createCache({ client: new Client(gatewayOf(gateway)) }), {
					name: 'news',
					ttlSecs: 1,
					staleSecs: 60,
					key: (day: string) => day,
					load: () => ++version
				})
			);
			const [first] = processes;
			expect(await first?.get('today')).toBe(1);
			await pause(1000);
			expect(await Promise.all(processes.map((news) => news.get('today')))).toEqual(
				processes.map(() => 1)
			);
			await expect.poll(() => first?.peek('today')).toBe(2);
			expect(version).toBe(2);
		});

		test('without a gateway everything is loaded, and it is found again by itself', async ({
			redis,
			gateway
		}) => {
			const errors: CacheError[] = [];
			const cache = createCache({
				client: new Client({ ...gatewayOf(gateway), retry: false }),
				timeoutMs: 2000,
				pauseMs: 100,
				onError: (error) => errors.push(error)
			});
			const load = () => MIRA;
			expect(await cache.getOrLoad(profile('fault'), load)).toEqual(MIRA);
			for (const part of redis ? [redis, gateway] : [gateway]) {
				await part.kill();
				errors.length = 0;
				expect(await cache.getOrLoad(profile('fault'), load)).toEqual(MIRA);
				expect(await cache.delete(profile('fault'))).toBe(false);
				expect(errors.length).toBeGreaterThan(0);
				await part.start();
				await expect.poll(() => cache.set(profile('fault'), MIRA)).toBe(true);
				expect(await cache.get(profile('fault'))).toEqual(MIRA);
			}
		});
	});
}

/** The address and the token, without the rest of the program. */
function gatewayOf({ url, token }: Gateway) {
	return { url, token };
}
