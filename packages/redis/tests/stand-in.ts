import type { RedisClient } from '../src/index.js';

interface Held {
	text: string;
	expiresAt: number;
}

/**
 * A client that keeps everything in memory and goes by the clock that the tests set. How a real
 * client and a real server answer is the business of `gateway.test.ts`.
 */
export class StandIn implements RedisClient {
	readonly held = new Map<string, Held>();
	/** Every command, as `set key`. */
	readonly sent: string[] = [];
	/** What the next commands do instead of answering; `hang` never answers. */
	trouble: Error | 'hang' | undefined;
	/** As the client of `@upstash/redis` does unless it is told otherwise. */
	deserialises = true;

	#scanned: string[] = [];

	/** The keys and texts, without what has expired. */
	get texts(): Record<string, string> {
		const live = [...this.held].filter(([, { expiresAt }]) => Date.now() < expiresAt);
		return Object.fromEntries(live.map(([key, { text }]) => [key, text]));
	}

	get = (key: string): Promise<unknown> =>
		this.#answer(`get ${key}`, () => {
			const text = this.texts[key];
			if (text === undefined) return null;
			return this.deserialises ? parsed(text) : text;
		});

	set = (key: string, text: string, options: { ex: number; nx?: true }): Promise<unknown> =>
		this.#answer(`set ${key}`, () => {
			if (options.nx && key in this.texts) return null;
			this.held.set(key, { text, expiresAt: Date.now() + options.ex * 1000 });
			return 'OK';
		});

	exists = (...keys: string[]): Promise<number> =>
		this.#answer(`exists ${keys.join(' ')}`, () => keys.filter((key) => key in this.texts).length);

	ttl = (key: string): Promise<number> =>
		this.#answer(`ttl ${key}`, () => {
			const held = this.held.get(key);
			if (!held || !(key in this.texts)) return -2;
			return held.expiresAt === Infinity ? -1 : Math.ceil((held.expiresAt - Date.now()) / 1000);
		});

	unlink = (...keys: string[]): Promise<number> =>
		this.#answer(`unlink ${keys.join(' ')}`, () => {
			return keys.filter((key) => this.held.delete(key)).length;
		});

	/** Two keys at a time, so that there is more than one step. */
	scan = (
		cursor: string | number,
		{ match }: { match: string; count: number }
	): Promise<[string, string[]]> =>
		this.#answer(`scan ${cursor} ${match}`, () => {
			const at = Number(cursor);
			// What is there all the time is seen, whatever goes meanwhile.
			if (at === 0) this.#scanned = Object.keys(this.texts);
			const keys = this.#scanned.slice(at, at + 2).filter((key) => glob(match).test(key));
			return [at + 2 < this.#scanned.length ? `${at + 2}` : '0', keys];
		});

	async #answer<Answer>(command: string, run: () => Answer): Promise<Answer> {
		this.sent.push(command);
		if (this.trouble === 'hang') return new Promise<never>(() => undefined);
		if (this.trouble) throw this.trouble;
		return run();
	}
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}

function glob(pattern: string): RegExp {
	const source = pattern.replace(/\\(.)|\*|\?|[^\w:]/g, (part, escaped: string | undefined) => {
		if (escaped !== undefined) return `\\u{${escaped.codePointAt(0)?.toString(16)}}`;
		return part === '*' ? '.*' : part === '?' ? '.' : `\\u{${part.codePointAt(0)?.toString(16)}}`;
	});
	return new RegExp(`^${source}$`, 'u');
}
