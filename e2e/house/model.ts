import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const QUICK = 'I hear you. What stayed with you most?';
const SLOW = 'One thing at a time, and there is no hurry at all here. '.repeat(12);
/** Some 20 seconds for the slow reply: long enough to stop it, reload it or pull its plug. */
const SLOW_PAUSE_MS = 150;

interface ChatBody {
	messages: { role: string; content: string }[];
}

/**
 * A language model as the server sees one over HTTP (OpenAI's chat completions). A message with the
 * word "slowly" gets a long reply word by word, any other a short one at once.
 */
export class Model {
	readonly #answers = new Map<string, string>();
	#server: Server | undefined;
	#url = '';

	private constructor() {}

	get url(): string {
		return this.#url;
	}

	/** Gives one message an answer of its own. */
	answer(message: string, reply: string): void {
		this.#answers.set(message, reply);
	}

	static async start(): Promise<Model> {
		const model = new Model();
		const server = createServer((request, response) => {
			let body = '';
			request.on('data', (piece: Buffer) => (body += piece.toString()));
			request.on('end', () => {
				if (request.method === 'POST') void model.#reply(response, JSON.parse(body) as ChatBody);
				else {
					response.writeHead(200, { 'content-type': 'application/json' });
					response.end(
						JSON.stringify({ object: 'list', data: [{ id: 'quiet', object: 'model' }] })
					);
				}
			});
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		const { port } = server.address() as AddressInfo;
		model.#server = server;
		model.#url = `http://127.0.0.1:${port}/v1/`;
		return model;
	}

	async stop(): Promise<void> {
		const closed = new Promise<void>((resolve) => this.#server?.close(() => resolve()));
		this.#server?.closeAllConnections();
		await closed;
	}

	async #reply(response: ServerResponse, body: ChatBody): Promise<void> {
		const asked = body.messages.findLast((message) => message.role === 'user')?.content ?? '';
		const slow = asked.includes('slowly');
		const text = this.#answers.get(asked) ?? (slow ? SLOW : QUICK);
		response.writeHead(200, { 'content-type': 'text/event-stream' });
		const chunk = (delta: object, finish_reason: string | null) =>
			response.write(
				`data: ${JSON.stringify({
					id: 'c',
					object: 'chat.completion.chunk',
					created: 1,
					model: 'quiet',
					choices: [{ index: 0, delta, finish_reason }]
				})}\n\n`
			);
		for (const word of text.split(/(?<= )/)) {
			if (response.destroyed) return;
			chunk({ content: word }, null);
			if (slow) await new Promise((resolve) => setTimeout(resolve, SLOW_PAUSE_MS));
		}
		chunk({}, 'stop');
		response.end('data: [DONE]\n\n');
	}
}
