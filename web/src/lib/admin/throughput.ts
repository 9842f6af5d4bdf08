import type { TaskOverview } from '@bondhu/client';

/** What had been done at one moment. */
export interface Sample {
	/** Milliseconds since 1970. */
	at: number;
	processed: Record<string, number>;
}

/** Older samples say nothing about now. */
const WINDOW = 60_000;

/** The samples of the last minute, with one more. */
export function noted(samples: readonly Sample[], overview: TaskOverview): Sample[] {
	const at = Date.parse(overview.now);
	const processed = Object.fromEntries(
		overview.workers.map((worker) => [worker.hostname, worker.processed ?? 0])
	);
	return [...samples.filter((sample) => at - sample.at <= WINDOW), { at, processed }];
}

/**
 * Tasks a minute over the samples; undefined before there are two. A worker that has started again counts from
 * nothing, and one that is new since then has no share yet.
 */
export function perMinute(samples: readonly Sample[]): number | undefined {
	let tasks = 0;
	for (const [index, next] of samples.entries()) {
		const before = samples[index - 1]?.processed ?? {};
		for (const [hostname, count] of Object.entries(next.processed)) {
			const known = before[hostname];
			if (known !== undefined) tasks += count >= known ? count - known : count;
		}
	}
	const span = (samples.at(-1)?.at ?? 0) - (samples[0]?.at ?? 0);
	return span > 0 ? (tasks * 60_000) / span : undefined;
}
