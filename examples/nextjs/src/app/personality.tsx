import { personalityOf, type Portrait } from '../lib/personality';
import type { SignedIn } from '../lib/session';
import { Origin } from './origin';

const STYLES: Record<NonNullable<Portrait['style']>, string> = {
	gentle: 'gently, as things seem hard at the moment',
	balanced: 'in an even tone',
	upbeat: 'brightly, as things seem to go well'
};

/** What Bondhu knows of who the person is. */
export async function Personality(who: SignedIn) {
	const { value, ...origin } = await personalityOf(who);
	const { style, mood, traits } = value;
	return (
		<section className="card" aria-labelledby="personality">
			<header>
				<h2 id="personality">How Bondhu sees you</h2>
				<Origin {...origin} />
			</header>
			<div className="facts">
				{style && (
					<p>
						It speaks with you <strong>{STYLES[style]}</strong>.
					</p>
				)}
				{mood && <p>You said that you feel {mood}.</p>}
				{traits.length === 0 && (
					<p className="muted">Nothing stands out yet. It learns as you talk.</p>
				)}
			</div>
			<dl className="traits">
				{traits.map(({ trait, mean, band }) => (
					<div key={trait}>
						<dt>{trait}</dt>
						<dd>{band}</dd>
						<dd>
							<meter min={0} max={100} value={mean} aria-label={`${trait}, 0 to 100`} />
						</dd>
					</div>
				))}
			</dl>
		</section>
	);
}
