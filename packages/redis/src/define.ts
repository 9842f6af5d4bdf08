import { load, read, write } from './entries.js';
import { jittered, wholeSecs } from './key.js';
import { validate } from './standard-schema.js';
import type { Cache } from './cache.js';
import type { Form } from './entries.js';
import type { StandardSchema } from './standard-schema.js';

/** One part of a key, or several. Each is written so that it cannot be taken for two. */
export type KeyParts = string | number | readonly (string | number)[];

export interface CacheDefinition<Id, Value> {
	/** What is cached, in front of each of its keys. */
	name: string;
	/** How long a value is fresh, in seconds. Up to a tenth is taken off, so that not all expire together. */
	ttlSecs: number;
	/** How long after that it is still given out while a new one is loaded behind the scenes, in seconds. */
	staleSecs?: number;
	/** Loads a value. `undefined` says that there is none. */
	load: (id: Id) => Promise<Value> | Value;
	/** Makes the key of an id; not needed where an id is a text or a number. */
	key?: (id: Id) => KeyParts;
	/** Remembers for so many seconds that `load` gave `undefined`. Without it that is asked again each time. */
	negativeTtlSecs?: number;
	/** Checks what is read from the cache; what does not fit is loaded anew. */
	schema?: StandardSchema<NoInfer<Value>>;
}

export interface DefinedCache<Id, Value> {
	/** The cached value, or else the loaded one, which is then kept. One load however many wait. */
	get: (id: Id) => Promise<Value>;
	/** The cached value, stale or not, and no load. */
	peek: (id: Id) => Promise<Value | undefined>;
	/** Keeps a value; gives whether Redis has taken it. @throws TypeError when it is no JSON */
	set: (id: Id, value: Value) => Promise<boolean>;
	/** Drops values; gives whether Redis has confirmed it. What is being loaded is not kept. */
	delete: (...ids: Id[]) => Promise<boolean>;
	/** Loads whatever is cached, and keeps the result. */
	refresh: (id: Id) => Promise<Value>;
	/** The key of an id, without the prefix of the cache: for `exists`, `ttl` and looking at it. */
	keyOf: (id: Id) => string;
}

type NeedsKey<Id> = [Id] extends [KeyParts] ? unknown : { key: (id: Id) => KeyParts };

/**
 * A cache of one kind of value and the way to load it. Values can be anything that JSON can say.
 *
 * ```ts
 * const article = defineCache(cache, {
 * 	name: 'article',
 * 	ttlSecs: TTL.SHORT,
 * 	staleSecs: TTL.LONG,
 * 	load: (slug: string) => db.article(slug)
 * });
 * await article.get('hello');
 * ```
 *
 * An entry is `{"v": value, "f": fresh until}`, in milliseconds since 1970, or `{"n": 1}` for nothing.
 *
 * @throws RangeError when a lifetime is not a whole number of seconds
 */
export function defineCache<Id, Value>(
	cache: Cache,
	definition: CacheDefinition<Id, Value> & NeedsKey<Id>
): DefinedCache<Id, Value> {
	const { name, key } = definition;
	const { store } = cache;
	const form = enveloped(definition);
	const keyOf = (id: Id) => {
		const parts = key ? key(id) : (id as KeyParts);
		return [name, ...[parts].flat().map(encodeURIComponent)].join(':');
	};
	const slot = (id: Id) => ({ store, key: store.commands.prefix + keyOf(id), form });
	return {
		keyOf,
		get: (id) => load(slot(id), () => definition.load(id)),
		peek: async (id) => (await read(slot(id)))?.value,
		set: (id, value) => write(slot(id), value),
		delete: (...ids) => cache.delete(...ids.map(keyOf)),
		refresh: (id) => load(slot(id), () => definition.load(id), true)
	};
}

interface Envelope {
	v: unknown;
	f: number;
	n: 1;
}

function enveloped<Id, Value>(definition: CacheDefinition<Id, Value>): Form<Value> {
	const { schema, negativeTtlSecs = 0 } = definition;
	const ttlSecs = wholeSecs('ttlSecs', definition.ttlSecs, 1);
	const staleSecs = wholeSecs('staleSecs', definition.staleSecs ?? 0, 0);
	wholeSecs('negativeTtlSecs', negativeTtlSecs, 0);
	return {
		decode: async (parsed) => {
			const { v, f, n } = parsed as Partial<Envelope>;
			if (n) return { value: undefined as Value, stale: false };
			if (!f) throw new TypeError('not an entry of defineCache');
			return { value: await validate(schema, v), stale: Date.now() >= f };
		},
		encode: (value) => {
			if (value === undefined) {
				return negativeTtlSecs ? { text: '{"n":1}', ttlSecs: negativeTtlSecs } : undefined;
			}
			const freshSecs = jittered(ttlSecs);
			const text = JSON.stringify({ v: value, f: Date.now() + freshSecs * 1000 });
			// JSON leaves out what it cannot say, such as a function.
			if (!text.startsWith('{"v":')) throw new TypeError(`${typeof value} is not JSON`);
			return { text, ttlSecs: freshSecs + staleSecs };
		}
	};
}
