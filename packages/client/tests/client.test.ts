import { afterEach, describe, expect, it } from 'vitest';
import { ApiError, Bondhu, ConnectionError } from '../src/index.js';
import { problem, startServer } from './stand-in.js';

let server: Awaited<ReturnType<typeof startServer>>;
afterEach(() => server.close());

const json = (body: unknown) => (response: import('node:http').ServerResponse) => {
	response.writeHead(200, { 'content-type': 'application/json' });
	response.end(JSON.stringify(body));
};

const client = (token?: string) =>
	new Bondhu({ baseUrl: server.baseUrl, ...(token ? { token } : {}) });

describe('Bondhu', () => {
	it('builds the address, leaves out what is not set and sends the token', async () => {
		server = await startServer([json({ items: [], older: null, newer: null })]);
		const page = await client('bnd_x').listMessages('a b', { limit: 40, before: undefined });
		expect(page.items).toEqual([]);
		expect(server.seen[0]).toMatchObject({
			method: 'GET',
			url: '/api/v1/conversations/a%20b/messages?limit=40',
			headers: { authorization: 'Bearer bnd_x' }
		});
	});

	it('sends a body as JSON', async () => {
		server = await startServer([json({ token: 'bnd_y', item: {} })]);
		expect((await client().createToken('phone')).token).toBe('bnd_y');
		expect(server.seen[0]).toMatchObject({
			method: 'POST',
			body: '{"name":"phone"}',
			headers: { 'content-type': 'application/json' }
		});
	});

	it('keeps code, fields, wait and request id of a refusal', async () => {
		server = await startServer([
			(response) =>
				problem(response, 429, {
					code: 'too_many_attempts',
					detail: 'Wait a little.',
					request_id: 'q1',
					retry_after_secs: 30,
					errors: [{ field: 'password', code: 'short', detail: 'Too short.' }]
				})
		]);
		const error = (await client()
			.signIn({ username: 'a', password: 'b' })
			.catch((e: unknown) => e)) as ApiError;
		expect(error).toBeInstanceOf(ApiError);
		expect(error).toMatchObject({
			status: 429,
			code: 'too_many_attempts',
			message: 'Wait a little.',
			retryAfter: 30,
			requestId: 'q1'
		});
		expect(error.field('password')).toBe('Too short.');
		expect(error.field('username')).toBeUndefined();
	});

	it('makes an error of an answer that is no problem document', async () => {
		server = await startServer([
			(response) => response.writeHead(502, { 'retry-after': '7' }).end('<h1>Bad gateway</h1>')
		]);
		const error = (await client()
			.getMe()
			.catch((e: unknown) => e)) as ApiError;
		expect(error).toMatchObject({ status: 502, code: 'http_502', retryAfter: 7 });
		expect(error.message).toContain('502');
	});

	it('says that the server cannot be reached', async () => {
		server = await startServer([(response) => response.destroy()]);
		await expect(client().signOut()).rejects.toBeInstanceOf(ConnectionError);
	});
});
