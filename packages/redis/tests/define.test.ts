import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CacheError, TTL, createCache, defineCache, deleteByPattern } from '../src/index.js';
import { StandIn } from './stand-in.js';

const START = Date.UTC(2026, 0, 1);

let client: StandIn;
let errors: CacheError[];
const open = (options = {}) =>
	createCache({ client, onError: (error) => errors.push(error), ...options });

beforeEach(() => {
	vi.useFakeTimers({ now: START });
	vi.spyOn(Math, 'random').mockReturnValue(0);
	client = new StandIn();
	errors = [];
});
afterEach(() => {
	vi.useRealTimers();
	vi.restoreAllMocks();
});

describe('entries', () => {
	it('carry the value and until when it is fresh', async () => {
		const article = defineCache(open({ prefix: 'p:' }), {
			name: 'article',
			ttlSecs: 60,
			staleSecs: 600,
			load: (slug: string) => ({ slug })
		});
		expect(await article.get('hello')).toEqual({ slug: 'hello' });
		expect(client.texts).toEqual({
			'p:article:hello': `{"v":{"slug":"hello"},"f":${START + 60_000}}`
		});
		expect(await client.ttl('p:article:hello')).toBe(660);
	});

	it.each([['123'], [123], ['true'], [true], [null], ['null'], [''], ['{}'], [[]], [{ a: [1] }]])(
		'give back what was put in, whether or not the client parses: %j',
		async (value) => {
			for (const deserialises of [true, false]) {
				client.deserialises = deserialises;
				const load = vi.fn(() => value as unknown);
				const any = defineCache<number, unknown>(open(), { name: 'any', ttlSecs: 60, load });
				await any.delete(1);
				expect([await any.get(1), await any.get(1), await any.peek(1)]).toEqual([
					value,
					value,
					value
				]);
				expect(load).toHaveBeenCalledOnce();
			}
			expect(errors).toEqual([]);
		}
	);

	it('of another form are loaded anew and put right', async () => {
		const article = defineCache(open(), { name: 'a', ttlSecs: 60, load: (id: number) => id });
		for (const text of ['null', '[]', '"x"', '7', '{"v":1}', 'broken']) {
			client.held.set('a:1', { text, expiresAt: Infinity });
			expect(await article.get(1)).toBe(1);
			expect(await article.peek(1)).toBe(1);
		}
		expect(errors.map(({ code }) => code)).not.toContain('failed');
		// Clients give the text `null` as they give nothing at all.
		expect(errors).toHaveLength(5);
	});

	it('refuse what JSON cannot say', async () => {
		const odd = defineCache(open(), {
			name: 'odd',
			ttlSecs: 60,
			load: (): unknown => 1,
			key: () => 1
		});
		await expect(odd.set(undefined, () => 1)).rejects.toThrow('function is not JSON');
		await expect(odd.set(undefined, 1n)).rejects.toThrow('BigInt');
		expect(client.sent).toEqual([]);
	});

	it('that a schema refuses are loaded anew', async () => {
		const dates = {
			'~standard': {
				version: 1,
				vendor: 'test',
				validate: (value: unknown) =>
					typeof value === 'string'
						? { value: new Date(value) }
						: { issues: [{ message: 'no date' }] }
			}
		} as const;
		const load = vi.fn<(day: string) => Date>(() => new Date(START));
		const day = defineCache(open(), {
			name: 'day',
			ttlSecs: 60,
			load,
			schema: dates
		});
		await day.get('new year');
		expect(await day.get('new year')).toEqual(new Date(START));
		expect(load).toHaveBeenCalledOnce();
		client.held.set('day:new%20year', { text: `{"v":1,"f":${START + 1}}`, expiresAt: Infinity });
		expect(await day.get('new year')).toEqual(new Date(START));
		expect(load).toHaveBeenCalledTimes(2);
		expect(errors.map(({ message }) => message)).toEqual(['cache: get day:new%20year: no date']);
	});
});

describe('keys', () => {
	const cache = () => open();

	it('keep their parts apart and their pattern plain', () => {
		const page = defineCache(cache(), {
			name: 'page',
			ttlSecs: 60,
			key: ({ user, number }: { user: string; number: number }) => [user, number],
			load: () => 1
		});
		expect(page.keyOf({ user: 'a:1', number: 2 })).toBe('page:a%3A1:2');
		expect(page.keyOf({ user: 'a', number: 12 })).toBe('page:a:12');
		expect(page.keyOf({ user: 'মিরা', number: 1 })).toMatch(/^page:%E0/);
	});

	it('are found by their name', async () => {
		const page = defineCache(cache(), { name: 'page', ttlSecs: 60, load: (id: number) => id });
		await Promise.all([page.get(1), page.get(2), page.get(3)]);
		expect(await deleteByPattern(cache(), 'page:*')).toBe(3);
	});
});

describe('stale values', () => {
	const setUp = (options = {}) => {
		let version = 0;
		const load = vi.fn<(day: string) => Promise<number>>(async () => ++version);
		const cache = open(options);
		return { load, news: defineCache(cache, { name: 'news', ttlSecs: 60, staleSecs: 600, load }) };
	};

	it('are given out at once while one load brings a new one', async () => {
		const { news, load } = setUp();
		expect(await news.get('today')).toBe(1);
		vi.advanceTimersByTime(60_000);
		expect(await Promise.all([news.get('today'), news.get('today')])).toEqual([1, 1]);
		await vi.advanceTimersByTimeAsync(0);
		expect(load).toHaveBeenCalledTimes(2);
		expect(await news.get('today')).toBe(2);
	});

	it('are refreshed by one of many processes', async () => {
		const processes = Array.from({ length: 20 }, () => setUp());
		await processes[0]?.news.get('today');
		vi.advanceTimersByTime(60_000);
		await Promise.all(processes.map(({ news }) => news.get('today')));
		await vi.advanceTimersByTimeAsync(0);
		const loads = processes.reduce((sum, { load }) => sum + load.mock.calls.length, 0);
		expect(loads).toBe(2);
	});

	it('stay when the refresh fails, which is reported and tried again a little later', async () => {
		const { news, load } = setUp();
		await news.get('today');
		vi.advanceTimersByTime(60_000);
		load.mockRejectedValueOnce(new Error('no database'));
		expect(await news.get('today')).toBe(1);
		await vi.advanceTimersByTimeAsync(0);
		expect(errors).toMatchObject([{ code: 'load', operation: 'refresh' }]);
		expect(await news.get('today')).toBe(1);
		await vi.advanceTimersByTimeAsync(0);
		expect(load).toHaveBeenCalledTimes(2);
		await vi.advanceTimersByTimeAsync(5000);
		await news.get('today');
		await vi.advanceTimersByTimeAsync(0);
		expect(await news.get('today')).toBe(2);
	});

	it('are not brought back by a refresh that a deletion has overtaken', async () => {
		const { news, load } = setUp();
		await news.get('today');
		vi.advanceTimersByTime(60_000);
		let arrive: (version: number) => void = () => undefined;
		load.mockReturnValueOnce(new Promise((resolve) => (arrive = resolve)));
		await news.get('today');
		await vi.advanceTimersByTimeAsync(0);
		await news.delete('today');
		arrive(99);
		await vi.advanceTimersByTimeAsync(0);
		expect(await news.peek('today')).toBeUndefined();
	});

	it('go when the refresh finds that there is nothing any more', async () => {
		const there = vi.fn<(id: string) => string | undefined>(() => 'here');
		const thing = defineCache(open(), { name: 'thing', ttlSecs: 60, staleSecs: 60, load: there });
		await thing.get('a');
		vi.advanceTimersByTime(60_000);
		there.mockReturnValue(undefined);
		expect(await thing.get('a')).toBe('here');
		await vi.advanceTimersByTimeAsync(0);
		expect(await thing.peek('a')).toBeUndefined();
		expect(await thing.get('a')).toBeUndefined();
	});

	it('hand their refresh to waitUntil', async () => {
		const works: Promise<unknown>[] = [];
		const { news } = setUp({ waitUntil: (work: Promise<unknown>) => works.push(work) });
		await news.get('today');
		vi.advanceTimersByTime(60_000);
		await news.get('today');
		expect(works).toHaveLength(2);
		await Promise.all(works);
		expect(await news.get('today')).toBe(2);
	});

	it('are gone after the time they may be stale', async () => {
		const { news } = setUp();
		await news.get('today');
		vi.advanceTimersByTime(660_000);
		expect(await news.peek('today')).toBeUndefined();
		expect(await news.get('today')).toBe(2);
	});
});

describe('nothing', () => {
	it('is asked for again each time', async () => {
		const load = vi.fn<(id: string) => undefined>(() => undefined);
		const none = defineCache(open(), { name: 'none', ttlSecs: 60, load });
		expect([await none.get('a'), await none.get('a')]).toEqual([undefined, undefined]);
		expect(load).toHaveBeenCalledTimes(2);
		expect(client.sent).toEqual(['get none:a', 'get none:a']);
	});

	it('is remembered where that is asked for', async () => {
		const load = vi.fn<(id: string) => string | undefined>(() => undefined);
		const none = defineCache(open(), { name: 'none', ttlSecs: 60, negativeTtlSecs: 5, load });
		expect([await none.get('a'), await none.get('a')]).toEqual([undefined, undefined]);
		expect(load).toHaveBeenCalledOnce();
		expect(client.texts).toEqual({ 'none:a': '{"n":1}' });
		vi.advanceTimersByTime(5000);
		load.mockReturnValue('here');
		expect(await none.get('a')).toBe('here');
	});
});

it('set and refresh replace what is cached', async () => {
	let version = 0;
	const news = defineCache<string, number>(open(), {
		name: 'news',
		ttlSecs: TTL.SHORT,
		load: () => ++version
	});
	await news.set('today', 10);
	expect(await news.get('today')).toBe(10);
	expect(await news.refresh('today')).toBe(1);
	expect(await news.peek('today')).toBe(1);
});

it('refresh does not join a load that began earlier', async () => {
	const arrivals: ((version: number) => void)[] = [];
	const load = () => new Promise<number>((resolve) => arrivals.push(resolve));
	const news = defineCache<string, number>(open(), { name: 'news', ttlSecs: 60, load });
	const first = news.get('today');
	await vi.advanceTimersByTimeAsync(0);
	const second = news.refresh('today');
	await vi.advanceTimersByTimeAsync(0);
	arrivals[1]?.(2);
	expect(await second).toBe(2);
	arrivals[0]?.(1);
	expect(await first).toBe(1);
	expect(await news.peek('today')).toBe(2);
});

it('a broken Redis leaves the loads', async () => {
	client.trouble = new Error('fetch failed');
	const news = defineCache(open(), {
		name: 'news',
		ttlSecs: 60,
		staleSecs: 60,
		load: (id: number) => id
	});
	expect(await news.get(1)).toBe(1);
	expect(await news.set(1, 2)).toBe(false);
	expect(await news.delete(1, 2)).toBe(false);
	expect(errors.map(({ operation }) => operation)).toEqual(['get', 'set', 'set', 'delete']);
});

it.each([{ ttlSecs: 0 }, { staleSecs: -1 }, { negativeTtlSecs: 0.5 }])(
	'lifetimes are whole seconds: %j',
	(wrong) => {
		const define = () =>
			defineCache(open(), { name: 'n', ttlSecs: 60, load: (id: number) => id, ...wrong });
		expect(define).toThrow(RangeError);
	}
);
