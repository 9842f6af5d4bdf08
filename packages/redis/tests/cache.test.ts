import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
	CacheError,
	TTL,
	cacheKey,
	createCache,
	deleteByPattern,
	escapeGlob
} from '../src/index.js';
import { StandIn } from './stand-in.js';

interface Profile {
	name: string;
}

const profile = (id: string) => cacheKey<Profile>(`profile:${id}`, TTL.SHORT);

let client: StandIn;
let errors: CacheError[];
const open = (options = {}) =>
	createCache({ client, onError: (error) => errors.push(error), ...options });

beforeEach(() => {
	vi.useFakeTimers();
	vi.spyOn(Math, 'random').mockReturnValue(0);
	client = new StandIn();
	errors = [];
});
afterEach(() => {
	vi.useRealTimers();
	vi.restoreAllMocks();
});

describe('values', () => {
	it('are plain JSON under their key, for the lifetime of the key', async () => {
		const cache = open();
		expect(await cache.set(profile('42'), { name: 'Mira' })).toBe(true);
		expect(client.texts).toEqual({ 'profile:42': '{"name":"Mira"}' });
		expect(await cache.get(profile('42'))).toEqual({ name: 'Mira' });
		expect(await cache.ttl(profile('42'))).toBe(TTL.SHORT);
		vi.advanceTimersByTime(TTL.SHORT * 1000);
		expect(await cache.get(profile('42'))).toBeUndefined();
		expect(errors).toEqual([]);
	});

	it('lose up to a tenth of their lifetime, so that they do not expire together', async () => {
		vi.mocked(Math.random).mockReturnValue(0.999);
		await open().set(profile('42'), { name: 'Mira' });
		expect(await open().ttl('profile:42')).toBe(271);
	});

	it('are read whether or not the client has parsed them', async () => {
		client.deserialises = false;
		const list = cacheKey<string[]>('list', 60);
		await open().set(list, ['1', 'true', '{}']);
		expect(await open().get(list)).toEqual(['1', 'true', '{}']);
	});

	it('stand under the prefix of the cache', async () => {
		const cache = open({ prefix: 'app:v2:' });
		await cache.set(profile('42'), { name: 'Mira' });
		expect(Object.keys(client.texts)).toEqual(['app:v2:profile:42']);
		expect(await cache.exists(profile('42'))).toBe(true);
		expect(await cache.delete('profile:42')).toBe(true);
		expect(client.texts).toEqual({});
	});

	it('say how long they have, or that they stay for ever', async () => {
		client.held.set('kept', { text: '{}', expiresAt: Infinity });
		expect(await open().ttl('kept')).toBe(Infinity);
		expect(await open().ttl('none')).toBeUndefined();
		expect(await open().exists('none')).toBe(false);
	});

	it.each([['text'], [42], [null], [undefined], [new Date(0)], [() => 1]])(
		'that are no JSON object or array are refused: %s',
		async (value) => {
			const cache = open();
			const set = cache.set(profile('42'), value as unknown as Profile);
			await expect(set).rejects.toThrow('not a JSON object or array');
			expect(client.sent).toEqual([]);
		}
	);

	it.each(['not json', '"text"', '42', 'true'])(
		'that do not belong there are a miss: %s',
		async (text) => {
			client.held.set('profile:42', { text, expiresAt: Infinity });
			expect(await open().get(profile('42'))).toBeUndefined();
			expect(errors).toMatchObject([{ code: 'invalid', operation: 'get', key: 'profile:42' }]);
		}
	);

	it('that do not fit their schema are a miss', async () => {
		const named = {
			'~standard': {
				version: 1,
				vendor: 'test',
				validate: async (value: unknown) =>
					typeof (value as Profile).name === 'string'
						? { value: { name: (value as Profile).name.trim() } }
						: { issues: [{ message: 'name is missing' }] }
			}
		} as const;
		const key = cacheKey('profile:42', 60, named);
		await open().set(key, { name: ' Mira ' });
		expect(await open().get(key)).toEqual({ name: 'Mira' });
		client.held.set('profile:42', { text: '{"title":"Ms"}', expiresAt: Infinity });
		expect(await open().get(key)).toBeUndefined();
		expect(errors.map(({ message }) => message)).toEqual([
			'cache: get profile:42: name is missing'
		]);
	});
});

describe('getOrLoad', () => {
	it('loads once for 10,000 that wait, and keeps what it has loaded', async () => {
		const cache = open();
		const load = vi.fn(async () => ({ name: 'Mira' }));
		const all = Array.from({ length: 10_000 }, () => cache.getOrLoad(profile('42'), load));
		expect(new Set(await Promise.all(all)).size).toBe(1);
		expect(load).toHaveBeenCalledOnce();
		expect(client.sent).toEqual(['get profile:42', 'set profile:42']);
		expect(await cache.getOrLoad(profile('42'), load)).toEqual({ name: 'Mira' });
		expect(load).toHaveBeenCalledOnce();
	});

	it('gives the error of a load to all who wait, and keeps nothing', async () => {
		const cache = open();
		const load = vi.fn(() => Promise.reject(new Error('no database')));
		const both = [cache.getOrLoad(profile('42'), load), cache.getOrLoad(profile('42'), load)];
		const settled = await Promise.allSettled(both);
		expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
		expect(load).toHaveBeenCalledOnce();
		expect(await cache.getOrLoad(profile('42'), () => ({ name: 'Mira' }))).toEqual({
			name: 'Mira'
		});
		expect(errors).toEqual([]);
	});

	it('gives out, and does not keep, a value that cannot be stored', async () => {
		const odd = { big: 1n };
		expect(await open().getOrLoad(cacheKey<typeof odd>('odd', 60), () => odd)).toBe(odd);
		expect(errors).toMatchObject([{ code: 'invalid', operation: 'set' }]);
	});

	it.each(['delete', 'set', 'deleteByPattern'])(
		'does not keep what was being loaded before %s',
		async (change) => {
			const cache = open();
			let arrive: (profile: Profile) => void = () => undefined;
			const load = () => new Promise<Profile>((resolve) => (arrive = resolve));
			const old = cache.getOrLoad(profile('42'), load);
			await vi.advanceTimersByTimeAsync(0);
			if (change === 'delete') await cache.delete(profile('42'));
			if (change === 'set') await cache.set(profile('42'), { name: 'new' });
			if (change === 'deleteByPattern') await deleteByPattern(cache, 'profile:*');
			const next = cache.getOrLoad(profile('42'), () => ({ name: 'new' }));
			arrive({ name: 'old' });
			expect(await old).toEqual({ name: 'old' });
			expect(await next).toEqual({ name: 'new' });
			expect(client.texts).toEqual({ 'profile:42': '{"name":"new"}' });
		}
	);

	it('hands the writing to waitUntil, and gives the value out before it is done', async () => {
		const works: Promise<unknown>[] = [];
		const cache = open({ waitUntil: (work: Promise<unknown>) => works.push(work) });
		const found = client.get;
		client.get = async (key) => {
			const answer = await found(key);
			client.trouble = 'hang';
			return answer;
		};
		expect(await cache.getOrLoad(profile('42'), () => ({ name: 'Mira' }))).toEqual({
			name: 'Mira'
		});
		expect(works).toHaveLength(1);
		await vi.advanceTimersByTimeAsync(1000);
		await expect(Promise.all(works)).resolves.toBeDefined();
		expect(errors).toMatchObject([{ code: 'timeout', operation: 'set' }]);
	});

	it('works where waitUntil is refused', async () => {
		const cache = open({
			waitUntil: () => {
				throw new Error('outside of a request');
			}
		});
		expect(await cache.getOrLoad(profile('42'), () => ({ name: 'Mira' }))).toEqual({
			name: 'Mira'
		});
		expect(errors).toMatchObject([{ operation: 'waitUntil' }]);
	});
});

describe('a broken Redis', () => {
	it('is a miss, and reported', async () => {
		client.trouble = new Error('fetch failed');
		const cache = open();
		expect(await cache.get(profile('42'))).toBeUndefined();
		expect(await cache.set(profile('42'), { name: 'Mira' })).toBe(false);
		expect(await cache.exists(profile('42'))).toBe(false);
		expect(await cache.ttl(profile('42'))).toBeUndefined();
		expect(await cache.delete(profile('42'))).toBe(false);
		expect(await deleteByPattern(cache, '*')).toBeUndefined();
		expect(await cache.getOrLoad(profile('42'), () => ({ name: 'Mira' }))).toEqual({
			name: 'Mira'
		});
		expect(errors.map(({ operation }) => operation)).toEqual([
			...['get', 'set', 'exists', 'ttl', 'delete', 'delete'],
			...['get', 'set']
		]);
		expect(errors[0]).toBeInstanceOf(CacheError);
		expect(errors[0]).toMatchObject({
			code: 'failed',
			message: 'cache: get profile:42: fetch failed',
			cause: client.trouble
		});
	});

	it('costs its time once, is left out for a while, and is found again by itself', async () => {
		client.trouble = 'hang';
		const cache = open({ timeoutMs: 200, pauseMs: 3000 });
		const first = cache.get(profile('42'));
		await vi.advanceTimersByTimeAsync(200);
		expect(await first).toBeUndefined();
		expect(errors).toMatchObject([{ code: 'timeout' }]);
		expect(errors[0]?.message).toContain('no answer in 200 ms');

		client.sent.length = 0;
		expect(await cache.get(profile('42'))).toBeUndefined();
		expect(client.sent).toEqual([]);
		const dropped = cache.delete(profile('42'));
		await vi.advanceTimersByTimeAsync(200);
		expect(await dropped).toBe(false);
		expect(client.sent).toEqual(['unlink profile:42']);

		client.trouble = undefined;
		await vi.advanceTimersByTimeAsync(3000);
		await cache.set(profile('42'), { name: 'Mira' });
		expect(await cache.get(profile('42'))).toEqual({ name: 'Mira' });
	});

	it('warns on the console by default, and leaves no timer behind', async () => {
		const warn = vi.spyOn(console, 'warn').mockReturnValue(undefined);
		// As the client of Upstash writes it: with the values.
		client.trouble = new Error('ERR full, command was: [["set","k","private"]]');
		await createCache({ client }).get(profile('42'));
		expect(warn).toHaveBeenCalledExactlyOnceWith('cache: get profile:42: ERR full');
		expect(vi.getTimerCount()).toBe(0);
	});

	it('does not become an error because onError throws one', async () => {
		const error = vi.spyOn(console, 'error').mockReturnValue(undefined);
		client.trouble = new Error('fetch failed');
		const onError = () => {
			throw new Error('no logs');
		};
		expect(await open({ onError }).get(profile('42'))).toBeUndefined();
		expect(error).toHaveBeenCalledOnce();
	});
});

describe('deleteByPattern', () => {
	const fill = (...keys: string[]) => {
		for (const key of keys) client.held.set(key, { text: '{}', expiresAt: Infinity });
	};

	it('drops what matches, step by step, and says how many', async () => {
		fill('a:1', 'a:2', 'a:3', 'b:1');
		expect(await deleteByPattern(open(), 'a:*')).toBe(3);
		expect(Object.keys(client.texts)).toEqual(['b:1']);
		expect(client.sent.some((command) => command.startsWith('scan 2'))).toBe(true);
	});

	it('takes the prefix of the cache as it is written', async () => {
		fill('x*:a', 'xy:a');
		expect(await deleteByPattern(open({ prefix: 'x*:' }), '*')).toBe(1);
		expect(Object.keys(client.texts)).toEqual(['xy:a']);
	});

	it('takes escaped text as it is written', async () => {
		fill('h:*:1', 'h:mira:1', 'h:[m]\\?:1');
		expect(await deleteByPattern(open(), `h:${escapeGlob('*')}:*`)).toBe(1);
		expect(await deleteByPattern(open(), `h:${escapeGlob('[m]\\?')}:*`)).toBe(1);
		expect(Object.keys(client.texts)).toEqual(['h:mira:1']);
	});

	it('removes at most 500 keys in one command', async () => {
		const keys = Array.from({ length: 1001 }, (_, at) => `k:${at}`);
		fill(...keys);
		client.scan = async () => ['0', keys];
		expect(await deleteByPattern(open(), 'k:*')).toBe(1001);
		expect(client.sent.map((command) => command.split(' ').length - 1)).toEqual([500, 500, 1]);
	});

	it('ends when its signal says so', async () => {
		fill('a:1');
		const stopped = deleteByPattern(open(), '*', { signal: AbortSignal.abort() });
		await expect(stopped).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
		expect(errors).toEqual([]);
	});
});

it.each([0, -1, 1.5, NaN, Infinity])('a lifetime of %s seconds is refused', (secs) => {
	expect(() => cacheKey('k', secs)).toThrow(RangeError);
});

it('deleting nothing asks nothing', async () => {
	expect(await open().delete()).toBe(true);
	expect(client.sent).toEqual([]);
});
