import { openCommands } from './commands.js';
import { load, read, remove, write } from './entries.js';
import { openFlights } from './flights.js';
import { jittered } from './key.js';
import { validate } from './standard-schema.js';
import type { Form, Load, Slot, Store } from './entries.js';
import type { CacheKey } from './key.js';
import type { CacheOptions } from './options.js';

/**
 * Values under typed keys, as plain JSON that any other client of the same Redis reads and writes.
 * Nothing here fails because Redis does: it is a miss, and `onError` is told.
 */
export interface Cache {
	/** The value, or `undefined`. */
	get: <Value extends object>(key: CacheKey<Value>) => Promise<Value | undefined>;
	/**
	 * Keeps a value for the lifetime of its key; gives whether Redis has taken it.
	 * @throws TypeError when the value is not a JSON object or array
	 */
	set: <Value extends object>(key: CacheKey<Value>, value: NoInfer<Value>) => Promise<boolean>;
	/** Drops keys; gives whether Redis has confirmed it. What is being loaded is not kept. */
	delete: (...keys: AnyKey[]) => Promise<boolean>;
	/** Whether there is a value. */
	exists: (key: AnyKey) => Promise<boolean>;
	/** Seconds until a value expires: `Infinity` when it does not, `undefined` when there is none. */
	ttl: (key: AnyKey) => Promise<number | undefined>;
	/**
	 * The cached value, or else the loaded one, which is then kept. One load for each key, however
	 * many wait; its error reaches all of them and is not kept.
	 */
	getOrLoad: <Value extends object>(
		key: CacheKey<Value>,
		loader: Load<NoInfer<Value>>
	) => Promise<Value>;
	/** What {@link defineCache} and {@link deleteByPattern} build on. */
	readonly store: Store;
}

/** A typed key, or the key as text. */
export type AnyKey = string | CacheKey<object>;

/**
 * Opens a cache on a client.
 *
 * ```ts
 * const cache = createCache({ client: Redis.fromEnv() });
 * ```
 */
export function createCache(options: CacheOptions): Cache {
	const commands = openCommands(options);
	const store: Store = { commands, flights: openFlights() };
	const full = (key: AnyKey) => commands.prefix + (typeof key === 'string' ? key : key.key);
	const slot = <Value extends object>(key: CacheKey<Value>): Slot<Value> => ({
		store,
		key: full(key),
		form: plain(key)
	});
	const ask = (operation: 'exists' | 'ttl', key: AnyKey, fallback: number) =>
		commands.ask(operation, full(key), (client) => client[operation](full(key)), fallback);
	return {
		store,
		get: async (key) => (await read(slot(key)))?.value,
		set: (key, value) => write(slot(key), value),
		delete: (...keys) => remove(store, keys.map(full)),
		exists: async (key) => (await ask('exists', key, 0)) > 0,
		ttl: async (key) => {
			const secs = await ask('ttl', key, -2);
			return secs === -1 ? Infinity : secs < 0 ? undefined : secs;
		},
		getOrLoad: (key, loader) => load(slot(key), loader)
	};
}

/** The JSON of the value and nothing around it. */
function plain<Value extends object>({ ttlSecs, schema }: CacheKey<Value>): Form<Value> {
	return {
		decode: async (parsed) => {
			if (Object(parsed) !== parsed) throw new TypeError('not a JSON object or array');
			return { value: await validate(schema, parsed), stale: false };
		},
		encode: (value) => {
			const text = JSON.stringify(value);
			// A `Date` is an object, and a string once it is JSON; a function is no text at all.
			if (!/^[{[]/.test(text)) throw new TypeError('not a JSON object or array');
			return { text, ttlSecs: jittered(ttlSecs) };
		}
	};
}
