import { historyOf } from '../lib/history';
import type { SignedIn } from '../lib/session';
import { Origin } from './origin';

/** The newest messages, oldest at the top. */
export async function History(who: SignedIn) {
	const { value, ...origin } = await historyOf(who);
	const messages = value.items.toReversed();
	return (
		<section className="card" aria-labelledby="history">
			<header>
				<h2 id="history">What you last talked about</h2>
				<Origin {...origin} />
			</header>
			{messages.length === 0 && <p className="muted">Nothing yet. Say something to Bondhu.</p>}
			<ol className="messages">
				{messages.map(({ id, sender, text, created_at }) => (
					<li key={id} data-sender={sender}>
						<span className="who">{sender === 'user' ? who.user.display_name : 'Bondhu'}</span>
						<p>{text}</p>
						<time dateTime={created_at}>{when.format(new Date(created_at))}</time>
					</li>
				))}
			</ol>
		</section>
	);
}

const when = new Intl.DateTimeFormat('en-GB', {
	dateStyle: 'medium',
	timeStyle: 'short',
	timeZone: 'UTC'
});
