import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Redis } from '@upstash/redis';
import { SERVERS, startGateway, type Gateway } from './gateway.js';

const ways = SERVERS.flatMap((server) => [
	{ server, way: 'auto-pipelining', options: { enableAutoPipelining: true } },
	{ server, way: 'one request a command', options: { enableAutoPipelining: false } },
	{
		server,
		way: 'without base64',
		options: { enableAutoPipelining: false, responseEncoding: false as const }
	}
]);

describe.each(ways)('@upstash/redis on $server, $way', ({ server, options }) => {
	let gateway: Gateway;
	let redis: Redis;

	beforeAll(async () => {
		gateway = await startGateway(server);
		redis = gateway.client(options);
	});
	afterAll(() => gateway.stop());
	beforeEach(async () => {
		await redis.flushdb();
	});

	it('has strings and counters', async () => {
		expect(await redis.ping()).toBe('PONG');
		expect(await redis.echo('hello')).toBe('hello');
		expect(await redis.set('a', 'é \n"x"')).toBe('OK');
		expect(await redis.get('a')).toBe('é \n"x"');
		expect(await redis.get('nothing')).toBeNull();
		expect(await redis.set('a', 'b', { nx: true })).toBeNull();
		expect(await redis.set('a', 'b', { xx: true, get: true, ex: 100 })).toBe('é \n"x"');
		expect(await redis.set('ok', 'OK')).toBe('OK');
		expect(await redis.get('ok')).toBe('OK');
		expect(await redis.mset({ m1: 1, m2: { deep: [true, null] } })).toBe('OK');
		expect(await redis.mget('m1', 'm2', 'nothing')).toEqual([1, { deep: [true, null] }, null]);
		expect(await redis.msetnx({ m1: 1, m3: 3 })).toBe(0);
		expect(await redis.append('app', 'ab')).toBe(2);
		expect(await redis.setrange('app', 1, 'xyz')).toBe(4);
		expect(await redis.getrange('app', 0, 1)).toBe('ax');
		expect(await redis.strlen('app')).toBe(4);
		expect(await redis.incr('n')).toBe(1);
		expect(await redis.incrby('n', 41)).toBe(42);
		expect(await redis.decr('n')).toBe(41);
		expect(await redis.decrby('n', 1)).toBe(40);
		expect(await redis.incrbyfloat('n', 2.5)).toBe(42.5);
		expect(await redis.getset('n', 5)).toBe(42.5);
		expect(await redis.getdel('n')).toBe(5);
		expect(await redis.setex('e', 100, 'v')).toBe('OK');
		expect(await redis.psetex('e', 100_000, 'v')).toBe('OK');
		expect(await redis.getex('e', { persist: true })).toBe('v');
		expect(await redis.setnx('e', 'w')).toBe(0);
	});

	it('has keys', async () => {
		await redis.set('a', 1);
		expect(await redis.exists('a', 'nothing')).toBe(1);
		expect(await redis.touch('a')).toBe(1);
		expect(await redis.type('a')).toBe('string');
		expect(await redis.expire('a', 100)).toBe(1);
		expect(await redis.expire('a', 50, 'GT')).toBe(0);
		expect(await redis.ttl('a')).toBe(100);
		expect(await redis.pttl('a')).toBeGreaterThan(99_000);
		expect(await redis.persist('a')).toBe(1);
		expect(await redis.expireat('a', 33_000_000_000)).toBe(1);
		expect(await redis.pexpireat('a', 33_000_000_000_000)).toBe(1);
		expect(await redis.pexpire('a', 100_000)).toBe(1);
		expect(await redis.rename('a', 'b')).toBe('OK');
		expect(await redis.renamenx('b', 'c')).toBe(1);
		expect(await redis.copy('c', 'd')).toBe('COPIED');
		expect(await redis.copy('c', 'c')).toBe('NOT_COPIED');
		expect((await redis.keys('*')).sort()).toEqual(['c', 'd']);
		expect(await redis.dbsize()).toBe(2);
		expect(['c', 'd']).toContain(await redis.randomkey());
		expect(await redis.unlink('c')).toBe(1);
		expect(await redis.del('d', 'nothing')).toBe(1);
		expect((await redis.time()).length).toBe(2);
		expect(await redis.flushall()).toBe('OK');
	});

	it('scans', async () => {
		await redis.mset(Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`k:${n}`, n])));
		await redis.sadd('set', 'x');
		const found = new Set<string>();
		let cursor = '0';
		do {
			const [next, keys] = await redis.scan(cursor, { match: 'k:*', count: 10 });
			keys.forEach((key) => found.add(key));
			cursor = next;
		} while (cursor !== '0');
		expect(found.size).toBe(60);
		const [, typed] = await redis.scan('0', { match: 'set', count: 1000, withType: true });
		expect(typed).toEqual([{ key: 'set', type: 'set' }]);
	});

	it('has hashes', async () => {
		expect(await redis.hset('h', { name: 'Asha', age: 30 })).toBe(2);
		expect(await redis.hget('h', 'name')).toBe('Asha');
		expect(await redis.hgetall('h')).toEqual({ name: 'Asha', age: 30 });
		expect(await redis.hgetall('nothing')).toBeNull();
		expect(await redis.hmget('h', 'name', 'nothing')).toEqual({ name: 'Asha', nothing: null });
		expect(await redis.hmset('h', { x: 1 })).toBe('OK');
		expect(await redis.hsetnx('h', 'x', 2)).toBe(0);
		expect(await redis.hincrby('h', 'age', 5)).toBe(35);
		expect(await redis.hincrbyfloat('h', 'x', 0.5)).toBe(1.5);
		expect(await redis.hexists('h', 'name')).toBe(1);
		expect(await redis.hlen('h')).toBe(3);
		expect((await redis.hkeys('h')).sort()).toEqual(['age', 'name', 'x']);
		expect((await redis.hvals('h')).length).toBe(3);
		expect(await redis.hstrlen('h', 'name')).toBe(4);
		expect((await redis.hscan('h', 0))[0]).toBe('0');
		expect(['age', 'name', 'x']).toContain(await redis.hrandfield('h'));
		expect(await redis.hdel('h', 'x', 'nothing')).toBe(1);
	});

	it('has lists', async () => {
		expect(await redis.rpush('l', 'a', 'b', 'c')).toBe(3);
		expect(await redis.lpush('l', 'z')).toBe(4);
		expect(await redis.lpushx('nothing', 'x')).toBe(0);
		expect(await redis.rpushx('l', 'd')).toBe(5);
		expect(await redis.lrange('l', 0, -1)).toEqual(['z', 'a', 'b', 'c', 'd']);
		expect(await redis.lindex('l', 1)).toBe('a');
		expect(await redis.linsert('l', 'before', 'b', 'ab')).toBe(6);
		expect(await redis.lset('l', 0, 'Z')).toBe('OK');
		expect(await redis.lpos('l', 'c')).toBe(4);
		expect(await redis.lrem('l', 1, 'ab')).toBe(1);
		expect(await redis.lmove('l', 'm', 'left', 'right')).toBe('Z');
		expect(await redis.lpop('l')).toBe('a');
		expect(await redis.rpop('l', 2)).toEqual(['d', 'c']);
		expect(await redis.ltrim('l', 1, 0)).toBe('OK');
		expect(await redis.llen('l')).toBe(0);
	});

	it('has sets', async () => {
		expect(await redis.sadd('s', 'a', 'b', 'c')).toBe(3);
		await redis.sadd('t', 'b', 'c', 'd');
		expect(await redis.scard('s')).toBe(3);
		expect(await redis.sismember('s', 'a')).toBe(1);
		expect(await redis.smismember('s', ['a', 'x'])).toEqual([1, 0]);
		expect((await redis.sinter('s', 't')).sort()).toEqual(['b', 'c']);
		expect((await redis.sunion('s', 't')).length).toBe(4);
		expect(await redis.sdiff('s', 't')).toEqual(['a']);
		expect(await redis.sinterstore('u', 's', 't')).toBe(2);
		expect(await redis.sunionstore('u', 's', 't')).toBe(4);
		expect(await redis.sdiffstore('u', 's', 't')).toBe(1);
		expect(await redis.smove('s', 't', 'a')).toBe(1);
		expect((await redis.sscan('s', 0))[0]).toBe('0');
		expect((await redis.smembers('s')).sort()).toEqual(['b', 'c']);
		expect(['b', 'c']).toContain(await redis.srandmember('s'));
		expect(['b', 'c']).toContain(await redis.spop('s'));
		expect(await redis.srem('t', 'd')).toBe(1);
	});

	it('has sorted sets', async () => {
		expect(await redis.zadd('z', { score: 1, member: 'a' }, { score: 2.5, member: 'b' })).toBe(2);
		expect(await redis.zadd('z', { incr: true }, { score: 1, member: 'a' })).toBe(2);
		expect(await redis.zscore('z', 'b')).toBe(2.5);
		expect(await redis.zmscore('z', ['a', 'nothing'])).toEqual([2, null]);
		expect(await redis.zrange('z', 0, -1, { withScores: true })).toEqual(['a', 2, 'b', 2.5]);
		expect(await redis.zrange('z', '(2', '+inf', { byScore: true })).toEqual(['b']);
		expect(await redis.zrange('z', 0, 0, { rev: true })).toEqual(['b']);
		expect(await redis.zincrby('z', 5, 'a')).toBe(7);
		expect(await redis.zrank('z', 'a')).toBe(1);
		expect(await redis.zrevrank('z', 'a')).toBe(0);
		expect(await redis.zcount('z', 0, 5)).toBe(1);
		expect(await redis.zcard('z')).toBe(2);
		await redis.zadd('y', { score: 10, member: 'b' }, { score: 20, member: 'c' });
		expect(await redis.zunionstore('u', 2, ['z', 'y'])).toBe(3);
		expect(await redis.zinterstore('i', 2, ['z', 'y'])).toBe(1);
		expect(await redis.zunion(2, ['z', 'y'], { withScores: true })).toEqual([
			'a',
			7,
			'b',
			12.5,
			'c',
			20
		]);
		expect(await redis.zdiffstore('d', 2, 'z', 'y')).toBe(1);
		expect((await redis.zscan('z', 0))[0]).toBe('0');
		expect(await redis.zpopmin('z')).toEqual(['b', 2.5]);
		expect(await redis.zpopmax('z')).toEqual(['a', 7]);
		await redis.zadd('lex', { score: 0, member: 'a' }, { score: 0, member: 'b' });
		expect(await redis.zlexcount('lex', '-', '+')).toBe(2);
		expect(await redis.zremrangebylex('lex', '[a', '[a')).toBe(1);
		expect(await redis.zremrangebyscore('y', 10, 10)).toBe(1);
		expect(await redis.zremrangebyrank('u', 0, 0)).toBe(1);
		expect(await redis.zrem('u', 'c')).toBe(1);
	});

	it('has bits, places, estimates and streams', async () => {
		expect(await redis.setbit('bits', 7, 1)).toBe(0);
		expect(await redis.getbit('bits', 7)).toBe(1);
		expect(await redis.bitcount('bits', 0, -1)).toBe(1);
		expect(await redis.bitpos('bits', 1)).toBe(7);
		expect(await redis.bitop('not', 'flipped', 'bits')).toBe(1);
		expect(await redis.pfadd('hll', 'a', 'b')).toBe(1);
		expect(await redis.pfcount('hll')).toBe(2);
		expect(await redis.pfmerge('hll2', 'hll')).toBe('OK');
		expect(await redis.geoadd('g', { longitude: 88.36, latitude: 22.57, member: 'Kolkata' })).toBe(
			1
		);
		await redis.geoadd('g', { longitude: 90.41, latitude: 23.81, member: 'Dhaka' });
		expect(await redis.geodist('g', 'Kolkata', 'Dhaka', 'KM')).toBeGreaterThan(200);
		expect((await redis.geopos('g', 'Kolkata'))[0]?.lat).toBeCloseTo(22.57, 2);
		const id = await redis.xadd('x', '*', { name: 'Asha', n: 1 });
		expect(await redis.xlen('x')).toBe(1);
		expect(await redis.xrange('x', '-', '+')).toEqual({ [id]: { name: 'Asha', n: 1 } });
		expect(await redis.xgroup('x', { type: 'CREATE', group: 'g', id: '0' })).toBe('OK');
		const read = (await redis.xreadgroup('g', 'me', 'x', '>')) as unknown[];
		expect(read.length).toBe(1);
		expect(await redis.xack('x', 'g', id)).toBe(1);
		expect(await redis.xdel('x', id)).toBe(1);
	});

	it('runs scripts', async () => {
		const script = redis.createScript<number>('return redis.call("incrby", KEYS[1], ARGV[1])');
		expect(await script.exec(['n'], ['5'])).toBe(5);
		expect(await script.exec(['n'], ['5'])).toBe(10);
		expect(await redis.eval('return {KEYS[1], ARGV[1], 7, false}', ['k'], ['v'])).toEqual([
			'k',
			'v',
			7,
			null
		]);
		const sha = await redis.scriptLoad('#!lua flags=allow-key-locking\nreturn 1');
		expect(await redis.scriptExists(sha, 'f'.repeat(40))).toEqual([1, 0]);
		expect(await redis.evalsha(sha, [], [])).toBe(1);
		await expect(redis.evalsha('f'.repeat(40), [], [])).rejects.toThrow('NOSCRIPT');
		expect(await redis.scriptFlush()).toBe('OK');
	});

	it('tells errors as Upstash does', async () => {
		await redis.set('a', 'text');
		await expect(redis.incr('a')).rejects.toThrow('ERR value is not an integer or out of range');
		await expect(redis.lpush('a', 'x')).rejects.toThrow('WRONGTYPE');
		await expect(redis.get(undefined as unknown as string)).rejects.toThrow(
			'null args are not supported'
		);
		await expect(gateway.client({ token: 'wrong', ...options }).get('a')).rejects.toThrow(
			'WRONGPASS'
		);
	});

	it('has pipelines and transactions', async () => {
		const pipeline = redis.pipeline();
		pipeline.set('a', 1).incr('a').get('a').hgetall('nothing').lrange('nothing', 0, -1);
		expect(await pipeline.exec()).toEqual(['OK', 2, 2, null, []]);
		const faulty = redis.pipeline().set('t', 'x').incr('t').get('t');
		const kept = await faulty.exec({ keepErrors: true });
		expect(kept.map((one) => one.error !== undefined)).toEqual([false, true, false]);
		const transaction = redis.multi().set('b', 1).incrby('b', 9).get('b');
		expect(await transaction.exec()).toEqual(['OK', 10, 10]);
		const many = redis.pipeline();
		for (let n = 0; n < 1000; n++) many.set(`many:${n}`, n);
		expect((await many.exec()).length).toBe(1000);
		const all = await Promise.all(Array.from({ length: 200 }, (_, n) => redis.get(`many:${n}`)));
		expect(all).toEqual(Array.from({ length: 200 }, (_, n) => n));
	});

	it('reads what it has written', async () => {
		const client = gateway.client({ ...options, readYourWrites: true }) as unknown as {
			client: { upstashSyncToken?: string };
		} & Redis;
		const tokens = new Set<string | undefined>();
		for (let n = 0; n < 20; n++) {
			await client.set('k', n);
			expect(await client.get('k')).toBe(n);
			tokens.add(client.client.upstashSyncToken);
		}
		expect(tokens.size).toBe(20);
		expect(tokens.has('')).toBe(false);
	});

	it('hears what is published', async () => {
		const heard: unknown[] = [];
		const subscription = redis.subscribe<{ n: number }>(['chat', 'news']);
		const patterns = redis.psubscribe('ch*');
		subscription.on('message', ({ channel, message }) => heard.push([channel, message]));
		patterns.on('pmessage', ({ channel, message }) => heard.push(['*', channel, message]));
		const ready = (
			emitter: typeof subscription | typeof patterns,
			event: 'subscribe' | 'psubscribe',
			count: number
		) =>
			new Promise<void>((resolve) => {
				let left = count;
				(emitter as { on(event: string, listener: () => void): void }).on(event, () => {
					if (--left === 0) resolve();
				});
			});
		await Promise.all([ready(subscription, 'subscribe', 2), ready(patterns, 'psubscribe', 1)]);
		await redis.publish('chat', { n: 1 });
		await redis.publish('news', { n: 2 });
		await expect.poll(() => heard.length, { timeout: 10_000 }).toBe(3);
		expect(heard).toContainEqual(['chat', { n: 1 }]);
		expect(heard).toContainEqual(['news', { n: 2 }]);
		expect(heard).toContainEqual(['*', 'chat', { n: 1 }]);
		await subscription.unsubscribe();
		await patterns.unsubscribe();
	});

	it('keeps large and binary-looking values', async () => {
		const large = 'x'.repeat(1_000_000);
		await redis.set('large', large);
		expect(await redis.get('large')).toBe(large);
		for (const text of [
			'9007199254740993',
			'aGVsbG8=',
			'',
			'\u0000\u0001',
			'😀',
			'null',
			'[1',
			'true'
		]) {
			const plain = gateway.client({ ...options, automaticDeserialization: false });
			await plain.set('v', text);
			expect(await plain.get('v')).toBe(text);
		}
	});
});
