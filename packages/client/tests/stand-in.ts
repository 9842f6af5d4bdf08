import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
	method: string;
	url: string;
	headers: IncomingMessage['headers'];
	body: string;
}

/** A real HTTP server on a free port that answers as scripted, one function a request. */
export async function startServer(
	script: ((response: ServerResponse, request: SeenRequest) => void)[]
) {
	const seen: SeenRequest[] = [];
	const server = createServer((request, response) => {
		let body = '';
		request.on('data', (piece: Buffer) => (body += piece.toString()));
		request.on('end', () => {
			const { method = '', url = '', headers } = request;
			const entry = { method, url, headers, body };
			seen.push(entry);
			const answer = script[seen.length - 1];
			if (answer) answer(response, entry);
			else response.destroy();
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	return {
		baseUrl: `http://127.0.0.1:${port}`,
		seen,
		close: () =>
			new Promise<void>((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			})
	};
}

export const message = (id: string, text: string, status = 'streaming') => ({
	id,
	conversation_id: 'c1',
	parent_id: null,
	sender: 'companion',
	text,
	status,
	answered_by: 'model',
	model: null,
	error_code: null,
	created_at: '2026-01-01T00:00:00.000Z',
	updated_at: '2026-01-01T00:00:00.000Z',
	variant: 1,
	variants: 1
});

export const sse = (event: string, id: number, data: unknown) =>
	`event: ${event}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;

export const started = (replyId: string) =>
	sse('started', 0, {
		conversation: { id: 'c1' },
		user_message: null,
		reply: message(replyId, ''),
		help: null
	});

export const problem = (response: ServerResponse, status: number, body: object) => {
	response.writeHead(status, { 'content-type': 'application/problem+json' });
	response.end(JSON.stringify({ status, ...body }));
};

export const stream = (response: ServerResponse) =>
	response.writeHead(200, { 'content-type': 'text/event-stream' });
