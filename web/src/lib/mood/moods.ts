import type { MoodDay } from '@bondhu/client';

/** Shapes in a box from -8 to 8, so that no mood is told by its colour alone. */
const CIRCLE = 'M-7 0a7 7 0 1 0 14 0a7 7 0 1 0-14 0Z';
const SQUARE = 'M-6-6H6V6H-6Z';
const DIAMOND = 'M0-8 8 0 0 8-8 0Z';
const UP = 'M0-7.5 8 6.5H-8Z';
const DOWN = 'M0 7.5 8-6.5H-8Z';
const PENTAGON = 'M0-8 7.6-2.5 4.7 6.5H-4.7L-7.6-2.5Z';
const HEXAGON = 'M-4-7H4L8 0 4 7H-4L-8 0Z';
const CROSS = 'M-3-8H3V-3H8V3H3V8H-3V3H-8V-3H-3Z';
const DROP = 'M0-8C5-2 7 0 7 3A7 6 0 0 1-7 3C-7 0-5-2 0-8Z';
const BAR = 'M-8-3.5H8V3.5H-8Z';
const STAR = 'M0-8.5 2.3-2.8 8.3-2.6 3.6 1.2 5.2 7 0 3.7-5.2 7-3.6 1.2-8.3-2.6-2.3-2.8Z';

const SHAPES: Record<string, string> = {
	happy: CIRCLE,
	grateful: PENTAGON,
	motivated: UP,
	calm: HEXAGON,
	curious: STAR,
	neutral: BAR,
	tired: SQUARE,
	anxious: CROSS,
	lonely: DIAMOND,
	sad: DROP,
	angry: DOWN
};

/** The outline of a mood's mark. */
export function shapeOf(mood: string): string {
	return SHAPES[mood] ?? BAR;
}

/** The name of a mood's colour token. */
export function colourOf(mood: string): string {
	return mood in SHAPES ? `var(--mood-${mood})` : 'var(--mood-neutral)';
}

/** A score in words, for whoever does not see where a point lies. */
export function scoreInWords(score: number): string {
	if (score < 0.3) return 'heavy';
	if (score < 0.45) return 'rather heavy';
	if (score <= 0.55) return 'even';
	if (score <= 0.7) return 'rather good';
	return 'good';
}

/** A day without its time, as the server names days. */
export function dayDate(day: string): Date {
	const [year = 1970, month = 1, date = 1] = day.split('-').map(Number);
	return new Date(year, month - 1, date, 12);
}

/** "Tuesday, 24 November". */
export function dayInWords(day: string): string {
	return dayDate(day).toLocaleDateString('en-GB', {
		weekday: 'long',
		day: 'numeric',
		month: 'long'
	});
}

/** The days up to `today`, oldest first, as the server names them. */
export function lastDays(today: string, count: number): string[] {
	const two = (part: number) => String(part).padStart(2, '0');
	return Array.from({ length: count }, (_, index) => {
		const date = dayDate(today);
		date.setDate(date.getDate() - (count - 1 - index));
		return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
	});
}

/** How far this browser's clock is ahead of UTC, in minutes. */
export function utcOffset(): number {
	return -new Date().getTimezoneOffset();
}

/** Where a point comes from, in words. */
export function sourceOf(day: MoodDay): string {
	if (day.source === 'self_reported') return 'you said so';
	const count = day.inferred?.messages ?? 0;
	return count === 1 ? 'read from 1 message' : `read from ${count} messages`;
}

/** What the days come to, in one or two sentences. */
export function summary(days: MoodDay[], count: number): string {
	if (days.length === 0) return `Nothing is known of the last ${count} days yet.`;
	const moods = new Map<string, number>();
	for (const { mood } of days) moods.set(mood, (moods.get(mood) ?? 0) + 1);
	const [most = 'neutral'] = [...moods].sort((one, next) => next[1] - one[1])[0] ?? [];
	const mean = days.reduce((sum, day) => sum + day.score, 0) / days.length;
	const said = days.filter((day) => day.source === 'self_reported').length;
	const known = days.length === 1 ? '1 day is known' : `${days.length} days are known`;
	const own =
		said === 0 ? 'all of it read from your messages' : `${said} of them from you yourself`;
	return `Of the last ${count} days ${known}, ${own}. Most often ${most}, on the whole ${scoreInWords(mean)}.`;
}
