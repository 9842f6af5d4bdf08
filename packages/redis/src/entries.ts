import { refreshOf } from './flights.js';
import type { RedisClient } from './client.js';
import type { Commands } from './commands.js';
import type { Flights } from './flights.js';

/** The way to Redis, and what is being loaded. */
export interface Store {
	readonly commands: Commands;
	readonly flights: Flights;
}

/** One place in the cache. */
export interface Slot<Value> {
	readonly store: Store;
	/** With the prefix of the cache. */
	readonly key: string;
	readonly form: Form<Value>;
}

/** How one kind of entry is read and written. All forms are JSON objects or arrays. */
export interface Form<Value> {
	/** Throws when this is not of the form. */
	readonly decode: (parsed: unknown) => Promise<Found<Value>>;
	/** Gives nothing for a value that is not to be kept; throws when it is not JSON. */
	readonly encode: (value: Value) => { text: string; ttlSecs: number } | undefined;
}

/** An entry that was found. */
export interface Found<Value> {
	value: Value;
	/** It may still be given out, and is to be loaded anew. */
	stale: boolean;
}

/**
 * How long all processes leave a refresh to the one that has begun it. A refresh that fails is begun
 * again after this and not sooner.
 */
const REFRESH_SECS = 5;

export type Load<Value> = () => Promise<Value> | Value;

export async function read<Value>(slot: Slot<Value>): Promise<Found<Value> | undefined> {
	const { store, key, form } = slot;
	const raw = await store.commands.ask('get', key, (client) => client.get(key), null);
	if (raw === null || raw === undefined) return undefined;
	try {
		// The client has parsed it, unless its automatic deserialisation is off. No form is a JSON
		// string, so a string is text that nobody has parsed yet.
		return await form.decode(typeof raw === 'string' ? JSON.parse(raw) : raw);
	} catch (cause) {
		store.commands.report('invalid', 'get', key, cause);
		return undefined;
	}
}

/** Keeps a value that somebody has set; gives whether Redis has done so. */
export async function write<Value>(slot: Slot<Value>, value: Value): Promise<boolean> {
	const { store, key, form } = slot;
	const entry = form.encode(value);
	if (!entry) return remove(store, [key]);
	return whileDropped(store, [key], put(store, key, entry.text, entry.ttlSecs));
}

export function remove(store: Store, keys: readonly string[]): Promise<boolean> {
	return whileDropped(store, keys, unlink(store, keys));
}

/**
 * The cached value, or else the loaded one; one load for each key however many wait. `anew` loads
 * whatever is cached or on its way.
 */
export function load<Value>(slot: Slot<Value>, loader: Load<Value>, anew = false): Promise<Value> {
	const { key, store } = slot;
	const { commands, flights } = store;
	if (anew) flights.drop([key]);
	return flights.join(key, async (current) => {
		const found = anew ? undefined : await read(slot);
		if (found) {
			if (found.stale) refreshLater(slot, loader);
			return found.value;
		}
		const value = await loader();
		if (current()) await commands.later(key, keep(slot, value, anew));
		return value;
	});
}

function refreshLater<Value>(slot: Slot<Value>, loader: Load<Value>): void {
	const { commands, flights } = slot.store;
	const key = refreshOf(slot.key);
	const claim = (client: RedisClient) => client.set(key, '1', { ex: REFRESH_SECS, nx: true });
	const work = flights.join(key, async (current) => {
		if (!(await commands.ask('refresh', key, claim, null))) return;
		try {
			const value = await loader();
			if (current()) await keep(slot, value, true);
		} catch (cause) {
			commands.report('load', 'refresh', key, cause);
		}
	});
	void commands.later(key, work);
}

/**
 * Never fails: whoever loaded the value gets it, kept or not. Where it takes the place of an older
 * one and is itself not to be kept, the older one goes.
 */
async function keep<Value>(slot: Slot<Value>, value: Value, replaces: boolean): Promise<void> {
	const { store, key, form } = slot;
	try {
		const entry = form.encode(value);
		if (entry) await put(store, key, entry.text, entry.ttlSecs);
		else if (replaces) await unlink(store, [key]);
	} catch (cause) {
		store.commands.report('invalid', 'set', key, cause);
	}
}

function put({ commands }: Store, key: string, text: string, ex: number): Promise<boolean> {
	return commands.ask(
		'set',
		key,
		(client) => client.set(key, text, { ex }).then(() => true),
		false
	);
}

async function unlink({ commands }: Store, keys: readonly string[]): Promise<boolean> {
	if (keys.length === 0) return true;
	const command = (client: RedisClient) => client.unlink(...keys).then(() => true);
	return commands.ask('delete', keys.join(' '), command, false);
}

/**
 * Lets nobody join, or keep, what was loaded before a change: neither what runs when the change
 * begins, nor what has begun to read while it was on its way.
 */
async function whileDropped<Answer>(
	{ flights }: Store,
	keys: readonly string[],
	change: Promise<Answer>
): Promise<Answer> {
	flights.drop(keys);
	const answer = await change;
	flights.drop(keys);
	return answer;
}
