import { Suspense } from 'react';
import { signedIn } from '../lib/session';
import { forgetCached, signOut } from './actions';
import { EdgeCard } from './edge-card';
import { History } from './history';
import { Personality } from './personality';
import { SignIn } from './sign-in';

export default async function Page() {
	const who = await signedIn();
	return (
		<>
			<header className="top">
				<div>
					<h1>Bondhu beside Next.js</h1>
					<p className="muted">Two apps, one cache.</p>
				</div>
				{who && (
					<div className="actions">
						<form action={forgetCached}>
							<button className="quiet">Forget what is cached</button>
						</form>
						<form action={signOut}>
							<button className="quiet">Sign out</button>
						</form>
					</div>
				)}
			</header>
			<main>
				{who ? (
					<>
						<Suspense fallback={<Waiting what="your messages" />}>
							<History {...who} />
						</Suspense>
						<aside>
							<Suspense fallback={<Waiting what="your personality" />}>
								<Personality {...who} />
							</Suspense>
							<EdgeCard />
						</aside>
					</>
				) : (
					<SignIn />
				)}
			</main>
		</>
	);
}

function Waiting({ what }: { what: string }) {
	return (
		<section className="card waiting" aria-busy="true">
			<p className="muted">Fetching {what} …</p>
		</section>
	);
}
