/** Reads a value kept in this browser; without storage, or with a broken value, the fallback. */
export function readStored<T>(key: string, fallback: T): T {
	try {
		const text = localStorage.getItem(key);
		return text === null ? fallback : (JSON.parse(text) as T);
	} catch {
		return fallback;
	}
}

/** Keeps a value in this browser; `undefined` removes it. */
export function writeStored(key: string, value: unknown): void {
	try {
		if (value === undefined) localStorage.removeItem(key);
		else localStorage.setItem(key, JSON.stringify(value));
	} catch {
		// Private windows and full disks: the page works without.
	}
}
