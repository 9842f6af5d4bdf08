'use client';

import { useEffect, useState } from 'react';
import type { Part } from '../lib/part';
import { Origin } from './origin';

interface Answer extends Part<{ items: unknown[] }> {
	runtime: string;
}

/** Asks the edge route from the browser, to show that it answers alike. */
export function EdgeCard() {
	const [answer, setAnswer] = useState<Answer>();
	const [trouble, setTrouble] = useState(false);
	useEffect(() => {
		const gone = new AbortController();
		fetch('/api/history', { signal: gone.signal })
			.then(async (response) => {
				if (!response.ok) throw new Error(`status ${response.status}`);
				setAnswer((await response.json()) as Answer);
			})
			.catch(() => {
				if (!gone.signal.aborted) setTrouble(true);
			});
		return () => gone.abort();
	}, []);
	return (
		<section className="card" aria-labelledby="edge" data-runtime={answer?.runtime}>
			<header>
				<h2 id="edge">On the edge runtime</h2>
				{answer && <Origin {...answer} />}
			</header>
			<p className="muted" role="status">
				{trouble
					? 'The edge route has not answered.'
					: answer
						? `The same, with ${answer.value.items.length} messages.`
						: 'Asking …'}
			</p>
		</section>
	);
}
