/** A length of time in the largest unit that fits, such as `3 min`; a dash for one that is not known. */
export function duration(seconds: number | null | undefined): string {
	if (seconds === null || seconds === undefined) return '–';
	if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
	if (seconds < 90) return `${Math.round(seconds)} s`;
	if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
	if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} h`;
	return `${Math.round(seconds / 86400)} days`;
}

/** When something is or was, seen from `now`, such as `in 12 min` or `3 h ago`. */
export function fromNow(at: string, now: string): string {
	const seconds = (Date.parse(at) - Date.parse(now)) / 1000;
	if (Math.abs(seconds) < 1) return 'now';
	return seconds > 0 ? `in ${duration(seconds)}` : `${duration(-seconds)} ago`;
}
