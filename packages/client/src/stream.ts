import { ApiError, ConnectionError, isAbort } from './problem.js';
import { readEvents } from './sse.js';
import type { components } from './schema.js';

type Schemas = components['schemas'];

/** What happens to one reply, in order: `started`, any number of `delta`, then `done` or `failed`. */
export type ChatEvent =
	| ({ type: 'started' } & Schemas['Started'])
	| ({ type: 'delta' } & Schemas['Delta'])
	| ({ type: 'done' } & Schemas['Done'])
	| ({ type: 'failed' } & Schemas['Failed']);

export interface FollowOptions {
	signal?: AbortSignal;
	/** Called when the line dropped and the reply is about to be taken up again. */
	onReconnect?: (attempt: number) => void;
}

/** Opens one connection; `replyId` is set when a running reply is taken up again. */
type Open = (resume: { replyId: string; lastEventId: string } | undefined) => Promise<Response>;

/** Waits between attempts to take up a reply, in milliseconds; some 35 seconds in all. */
const WAITS = [200, 400, 800, 1600, 3200, 5000, 8000, 8000, 8000];

/**
 * Follows a reply to its end, over as many connections as it takes.
 *
 * A line that drops before `started` is a {@link ConnectionError}: nobody knows whether the server
 * got the request, and the caller repeats it with the same idempotency key. After `started` the
 * reply is taken up again by itself where it stopped.
 */
export async function* followReply(
	open: Open,
	options: FollowOptions,
	resumeId?: string
): AsyncGenerator<ChatEvent, void, void> {
	let replyId = resumeId;
	let lastEventId = '';
	let attempt = 0;
	for (;;) {
		let cause: unknown;
		try {
			const response = await open(replyId === undefined ? undefined : { replyId, lastEventId });
			if (!response.ok) throw await ApiError.from(response);
			if (!response.body) throw new TypeError('The answer has no body.');
			for await (const event of readEvents(response.body)) {
				const parsed = parseEvent(event.event, event.data);
				if (!parsed) continue;
				lastEventId = event.id;
				attempt = 0;
				if (parsed.type === 'started') {
					const again = replyId !== undefined;
					replyId = parsed.reply.id;
					if (again) continue;
				}
				yield parsed;
				if (parsed.type === 'done' || parsed.type === 'failed') return;
			}
		} catch (error) {
			if (isAbort(error) || options.signal?.aborted) throw error;
			if (error instanceof ApiError && !isTemporary(error)) throw error;
			cause = error;
		}
		if (replyId === undefined || attempt >= WAITS.length) throw new ConnectionError(cause);
		const wait = WAITS[attempt] ?? 0;
		attempt += 1;
		options.onReconnect?.(attempt);
		await pause(wait, options.signal);
	}
}

/** A server behind a proxy that is being restarted answers so. */
function isTemporary(error: ApiError): boolean {
	return error.status === 502 || error.status === 503 || error.status === 504;
}

function parseEvent(type: string, data: string): ChatEvent | undefined {
	switch (type) {
		case 'started':
		case 'delta':
		case 'done':
		case 'failed':
			return { type, ...(JSON.parse(data) as object) } as ChatEvent;
		default:
			return undefined;
	}
}

function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
	return new Promise((resolve, reject) => {
		const stop = () => {
			clearTimeout(timer);
			reject(signal?.reason as Error);
		};
		const timer = setTimeout(() => {
			signal?.removeEventListener('abort', stop);
			resolve();
		}, milliseconds);
		signal?.addEventListener('abort', stop, { once: true });
	});
}
