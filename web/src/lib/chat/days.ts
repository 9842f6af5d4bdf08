/** The day of a time, in the zone of this browser; equal days give equal keys. */
export function dayKey(time: string): string {
	const date = new Date(time);
	return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}

/** "Today", "Yesterday", or the date in the words of the browser's language. */
export function dayName(time: string, now: Date): string {
	const key = dayKey(time);
	if (key === dayKey(now.toISOString())) return 'Today';
	const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1, 12);
	if (key === dayKey(yesterday.toISOString())) return 'Yesterday';
	const date = new Date(time);
	const year = date.getFullYear() === now.getFullYear() ? undefined : ('numeric' as const);
	return date.toLocaleDateString('en', { weekday: 'long', day: 'numeric', month: 'long', year });
}

/** The time of day, as short as it goes. */
export function clockTime(time: string): string {
	return new Date(time).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
}

/** A short mark for a list: the time today, the day otherwise. */
export function shortTime(time: string, now: Date): string {
	if (dayKey(time) === dayKey(now.toISOString())) return clockTime(time);
	return new Date(time).toLocaleDateString('en', { day: 'numeric', month: 'short' });
}

/** A date with its time, for lists of sessions and tokens. */
export function fullTime(time: string): string {
	return new Date(time).toLocaleString('en', { dateStyle: 'medium', timeStyle: 'short' });
}
