import { describe, expect, it } from 'vitest';
import { readEvents, type ServerSentEvent } from '../src/sse.js';

const bytes = (text: string) => new TextEncoder().encode(text);

function body(pieces: Uint8Array[]): ReadableStream<Uint8Array> {
	return new ReadableStream({
		start(controller) {
			for (const piece of pieces) controller.enqueue(piece);
			controller.close();
		}
	});
}

async function read(pieces: Uint8Array[]): Promise<ServerSentEvent[]> {
	const events = [];
	for await (const event of readEvents(body(pieces))) events.push(event);
	return events;
}

const text =
	': hello\n\nevent: delta\nid: 3\ndata: {"text":"হ্যাঁ, शुभ"}\n\r\nid:4\r\ndata: one\r\ndata:two\r\n\r\nevent: x\rdata\r\r';
const expected = [
	{ event: 'delta', data: '{"text":"হ্যাঁ, शुभ"}', id: '3' },
	{ event: 'message', data: 'one\ntwo', id: '4' },
	{ event: 'x', data: '', id: '4' }
];

describe('readEvents', () => {
	it('gives the same events wherever the stream is cut', async () => {
		const all = bytes(text + '\n');
		for (let cut = 0; cut <= all.length; cut += 1) {
			expect(await read([all.slice(0, cut), all.slice(cut)])).toEqual(expected);
		}
	});

	it('reads a stream that comes byte by byte', async () => {
		const all = bytes(text + '\n');
		expect(await read([...all].map((byte) => Uint8Array.of(byte)))).toEqual(expected);
	});

	it('leaves out an event that the end of the stream cuts off', async () => {
		expect(await read([bytes('data: whole\n\ndata: cut\n')])).toEqual([
			{ event: 'message', data: 'whole', id: '' }
		]);
	});

	it('ignores comments, unknown fields, a byte order mark and an id with NUL', async () => {
		const noisy = '\uFEFFid: 7\nid: 8\0\nretry: 10\nfoo: bar\n:keep-alive\ndata: x\n\n';
		expect(await read([bytes(noisy)])).toEqual([{ event: 'message', data: 'x', id: '7' }]);
	});

	it('gives nothing for an event without data', async () => {
		expect(await read([bytes('event: delta\nid: 1\n\ndata: x\n\n')])).toEqual([
			{ event: 'message', data: 'x', id: '1' }
		]);
	});
});
