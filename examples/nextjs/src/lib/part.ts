/** One part of the page, where it came from and how long that took. */
export interface Part<Value> {
	value: Value;
	from: 'cache' | 'API';
	ms: number;
}

/** What the cache has, or else what the API says. A broken cache has nothing. */
export async function cachedOr<Value>(
	read: () => Promise<Value | undefined>,
	ask: () => Promise<Value>
): Promise<Part<Value>> {
	const begun = performance.now();
	const cached = await read();
	const value = cached ?? (await ask());
	return { value, from: cached ? 'cache' : 'API', ms: Math.round(performance.now() - begun) };
}
