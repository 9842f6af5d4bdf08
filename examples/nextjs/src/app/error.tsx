'use client';

/** Shown when neither the cache nor the API has answered. */
export default function Trouble({ reset }: { error: Error; reset: () => void }) {
	return (
		<main>
			<section className="card" role="alert">
				<h1>Bondhu cannot be reached</h1>
				<p>Neither the cache nor the API has answered. Nothing of yours is lost.</p>
				<button onClick={reset}>Try again</button>
			</section>
		</main>
	);
}
