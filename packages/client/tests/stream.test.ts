import { afterEach, describe, expect, it } from 'vitest';
import { ApiError, Bondhu, ConnectionError, isAbort } from '../src/index.js';
import type { ChatEvent } from '../src/index.js';
import { message, problem, sse, started, startServer, stream } from './stand-in.js';

let server: Awaited<ReturnType<typeof startServer>>;
afterEach(() => server.close());

const client = () => new Bondhu({ baseUrl: server.baseUrl });

async function collect(reply: AsyncIterable<ChatEvent>): Promise<ChatEvent[]> {
	const events = [];
	for await (const event of reply) events.push(event);
	return events;
}

const words = (events: ChatEvent[]) =>
	events.map((event) => (event.type === 'delta' ? event.text : event.type)).join('|');

describe('a reply', () => {
	it('is followed from started to done', async () => {
		server = await startServer([
			(response) => {
				stream(response).write(started('r1') + sse('delta', 2, { text: 'Hi' }));
				response.end(sse('done', 2, { message: message('r1', 'Hi', 'complete') }));
			}
		]);
		const events = await collect(client().sendMessage('c1', 'Hello', { idempotencyKey: 'k' }));
		expect(words(events)).toBe('started|Hi|done');
		expect(server.seen[0]).toMatchObject({
			method: 'POST',
			url: '/api/v1/conversations/c1/messages',
			body: '{"text":"Hello"}',
			headers: { 'idempotency-key': 'k', accept: 'text/event-stream' }
		});
	});

	it('is taken up again where the line dropped, and started is told once', async () => {
		server = await startServer([
			(response) => {
				stream(response).write(started('r1') + sse('delta', 5, { text: 'First' }), () =>
					response.destroy()
				);
			},
			(response) => problem(response, 503, { code: 'shutting_down' }),
			(response) => {
				stream(response).write(started('r1') + sse('delta', 12, { text: ' second' }));
				// An end without done is a dropped line too.
				response.end();
			},
			(response) => {
				stream(response).end(sse('done', 12, { message: message('r1', 'First second') }));
			}
		]);
		const attempts: number[] = [];
		const events = await collect(
			client().sendMessage('c1', 'x', { onReconnect: (attempt) => attempts.push(attempt) })
		);
		expect(words(events)).toBe('started|First| second|done');
		expect(attempts).toEqual([1, 2, 1]);
		expect(server.seen.slice(1).map(({ method, url }) => `${method} ${url}`)).toEqual(
			Array(3).fill('GET /api/v1/messages/r1/stream')
		);
		expect(server.seen.slice(1).map(({ headers }) => headers['last-event-id'])).toEqual([
			'5',
			'5',
			'12'
		]);
	});

	it('can be followed by its id, from the beginning', async () => {
		server = await startServer([
			(response) => {
				stream(response).write(sse('delta', 3, { text: 'abc' }));
				response.end(
					sse('failed', 3, { code: 'interrupted', detail: 'Cut.', message: message('r9', 'abc') })
				);
			}
		]);
		const events = await collect(client().streamReply('r9'));
		expect(words(events)).toBe('abc|failed');
		expect(server.seen[0]?.headers['last-event-id']).toBeUndefined();
	});

	it('that is refused is an ApiError with what the server said', async () => {
		server = await startServer([
			(response) => problem(response, 409, { code: 'reply_in_progress', reply_id: 'r7' })
		]);
		const error: unknown = await collect(client().sendMessage('c1', 'x')).catch((e: unknown) => e);
		expect(error).toBeInstanceOf(ApiError);
		expect((error as ApiError).code).toBe('reply_in_progress');
		expect((error as ApiError).problem.reply_id).toBe('r7');
	});

	it('is not taken up again when the line drops before started', async () => {
		server = await startServer([(response) => response.destroy()]);
		await expect(collect(client().sendMessage('c1', 'x'))).rejects.toBeInstanceOf(ConnectionError);
		expect(server.seen).toHaveLength(1);
	});

	it('is not taken up again when it is gone', async () => {
		server = await startServer([
			(response) => stream(response).write(started('r1'), () => response.destroy()),
			(response) => problem(response, 404, { code: 'not_found' })
		]);
		await expect(collect(client().sendMessage('c1', 'x'))).rejects.toMatchObject({
			code: 'not_found'
		});
	});

	it('ends at once when the caller aborts', async () => {
		server = await startServer([(response) => void stream(response).write(started('r1'))]);
		const abort = new AbortController();
		const reply = client().sendMessage('c1', 'x', { signal: abort.signal });
		expect((await reply.next()).value).toMatchObject({ type: 'started' });
		abort.abort();
		const error: unknown = await reply.next().catch((e: unknown) => e);
		expect(isAbort(error)).toBe(true);
		expect(server.seen).toHaveLength(1);
	});
});
