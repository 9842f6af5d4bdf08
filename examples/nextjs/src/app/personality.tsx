import type { PersonalityContext } from '@bondhu/redis';
import { personalityOf } from '../lib/personality';
import type { SignedIn } from '../lib/session';
import { Origin } from './origin';

const STYLES: Record<PersonalityContext['style'], string> = {
	gentle: 'gently, as things seem hard at the moment',
	balanced: 'in an even tone',
	upbeat: 'brightly, as things seem to go well'
};

/** What Bondhu knows of who the person is. */
export async function Personality(who: SignedIn) {
	const { value, ...origin } = await personalityOf(who);
	const { style, check_in: checkIn, traits } = value;
	return (
		<section className="card" aria-labelledby="personality">
			<header>
				<h2 id="personality">How Bondhu sees you</h2>
				<Origin {...origin} />
			</header>
			<div className="facts">
				<p>
					It speaks with you <strong>{STYLES[style]}</strong>.
				</p>
				{checkIn && <p>You said that you feel {checkIn.mood}.</p>}
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
