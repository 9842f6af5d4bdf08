import { Redis } from '@upstash/redis';
import { Redis as CloudflareRedis } from '@upstash/redis/cloudflare';
import { expectTypeOf, it } from 'vitest';
import { TTL, cacheKey, createCache, defineCache } from '../src/index.js';
import type { Cache, CacheOptions, RedisClient, StandardSchema } from '../src/index.js';

declare const cache: Cache;

// What stands in here is compiled by `npm run check`, which fails when a type is another one.
const unrun = (code: () => unknown) => void code;

it('a client of @upstash/redis fits as it is', () => {
	expectTypeOf<Redis>().toExtend<RedisClient>();
	expectTypeOf<CloudflareRedis>().toExtend<RedisClient>();
	expectTypeOf<object>().not.toExtend<RedisClient>();
	expectTypeOf(createCache).parameter(0).toEqualTypeOf<CacheOptions>();
});

it('a key knows its value', () => {
	const key = cacheKey<{ name: string }>('k', TTL.SHORT);
	unrun(() => {
		expectTypeOf(cache.get(key)).resolves.toEqualTypeOf<{ name: string } | undefined>();
		expectTypeOf(cache.getOrLoad(key, () => ({ name: 'Mira' }))).resolves.toEqualTypeOf<{
			name: string;
		}>();
		// @ts-expect-error another value than the key's
		void cache.set(key, { name: 1 });
		// @ts-expect-error a plain entry is an object or an array
		cacheKey<string>('k', 1);
		// @ts-expect-error a text does not say what is there
		void cache.get('k');
	});
	unrun(() => cache.delete(key, 'other'));
});

it('a definition learns its types from its load', () => {
	const user = defineCache(cache0, {
		name: 'user',
		ttlSecs: 1,
		load: async (id: string) => ({ id, age: 1 })
	});
	expectTypeOf(user.get).parameters.toEqualTypeOf<[string]>();
	expectTypeOf(user.get).returns.resolves.toEqualTypeOf<{ id: string; age: number }>();
	expectTypeOf(user.peek).returns.resolves.toEqualTypeOf<{ id: string; age: number } | undefined>();
	expectTypeOf(user.set).parameters.toEqualTypeOf<[string, { id: string; age: number }]>();
	expectTypeOf(user.delete).parameters.toEqualTypeOf<string[]>();

	const maybe = defineCache(cache0, {
		name: 'maybe',
		ttlSecs: 1,
		load: (id: number): string | undefined => (id ? 'yes' : undefined),
		schema: {} as StandardSchema<string>
	});
	expectTypeOf(maybe.get).returns.resolves.toEqualTypeOf<string | undefined>();
});

it('an id that is no text and no number needs a key', () => {
	const load = ({ user }: { user: string }) => user;
	defineCache(cache0, { name: 'n', ttlSecs: 1, load, key: ({ user }) => user });
	// @ts-expect-error there is no key
	unrun(() => defineCache(cache0, { name: 'n', ttlSecs: 1, load }));
	const wrong = {} as StandardSchema<number>;
	// @ts-expect-error a schema of another value
	unrun(() => defineCache(cache0, { name: 'n', ttlSecs: 1, load, key: () => 1, schema: wrong }));
});

it('lifetimes are what they are called', () => {
	expectTypeOf(TTL).toEqualTypeOf<{
		readonly SHORT: 300;
		readonly MEDIUM: 1800;
		readonly LONG: 3600;
		readonly DAILY: 86_400;
	}>();
});

const cache0 = createCache({ client: new Redis({ url: 'http://127.0.0.1:1', token: 'none' }) });
