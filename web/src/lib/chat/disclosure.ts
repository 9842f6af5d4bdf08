/** After so much use the page says again that Bondhu is an AI. */
export const DISCLOSE_AFTER_MINUTES = 180;

export interface Usage {
	/** Minutes of use since the last time it was said. */
	minutes: number;
	/** The minute of the clock that was counted last, so that two tabs count it once. */
	counted: number;
}

/** Counts one minute of use; `due` says that it is time to say it again. */
export function countMinute(usage: Usage, now: number): { usage: Usage; due: boolean } {
	const minute = Math.floor(now / 60_000);
	if (minute === usage.counted) return { usage, due: false };
	const minutes = usage.minutes + 1;
	const due = minutes >= DISCLOSE_AFTER_MINUTES;
	return { usage: { minutes: due ? 0 : minutes, counted: minute }, due };
}
