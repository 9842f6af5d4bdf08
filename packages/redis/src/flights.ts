/** Work that is under way, one piece for each key. */
export interface Flights {
	/**
	 * Joins the work for a key, or begins it. `current` tells the work whether its key is still its
	 * own: it is not once somebody has dropped the key, and what was loaded must then not be kept.
	 */
	join: <Value>(key: string, work: (current: () => boolean) => Promise<Value>) => Promise<Value>;
	/** Lets nobody join, and keep, what is loaded or refreshed for these keys. */
	drop: (keys: readonly string[]) => void;
	dropAll: () => void;
}

/** The key of a refresh: of the work in this process, and of the claim to it in Redis. */
export function refreshOf(key: string): string {
	return `${key}:refresh`;
}

export function openFlights(): Flights {
	const running = new Map<string, Promise<unknown>>();
	return {
		join: <Value>(key: string, work: (current: () => boolean) => Promise<Value>) => {
			const joined = running.get(key);
			if (joined) return joined as Promise<Value>;
			const current = () => running.get(key) === flight;
			const flight: Promise<Value> = Promise.resolve()
				.then(() => work(current))
				.finally(() => {
					if (current()) running.delete(key);
				});
			running.set(key, flight);
			return flight;
		},
		drop: (keys) => {
			for (const key of keys) {
				running.delete(key);
				running.delete(refreshOf(key));
			}
		},
		dropAll: () => running.clear()
	};
}
