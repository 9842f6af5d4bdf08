import type { Part } from '../lib/part';

/** Says where a part of the page came from. */
export function Origin({ from, ms }: Pick<Part<unknown>, 'from' | 'ms'>) {
	return (
		<span className="origin" data-from={from}>
			from the {from} <span className="ms">in {ms} ms</span>
		</span>
	);
}
