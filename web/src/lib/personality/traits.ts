import type { TraitChange, TraitEstimate } from '@bondhu/client';

type TraitName = TraitEstimate['trait'];

/** How the traits are called, and what each is, without judging either end of it. */
export const TRAITS: Record<TraitName, { name: string; about: string }> = {
	openness: { name: 'Openness', about: 'Ideas, images and the new; or the tried and concrete.' },
	conscientiousness: {
		name: 'Conscientiousness',
		about: 'Order and follow-through; or going by the moment.'
	},
	extraversion: { name: 'Extraversion', about: 'Energy from people; or from quiet.' },
	agreeableness: { name: 'Agreeableness', about: 'Warmth and give; or frankness and edge.' },
	neuroticism: { name: 'Neuroticism', about: 'Worry comes quickly; or hardly ever.' }
};

/** Whether anything is known of this person, and not only of people in general. */
export function isKnown(trait: TraitEstimate): boolean {
	return trait.evidence > 0 || trait.locked;
}

/** "moderate, 54, likely between 41 and 67", or that nothing is known. */
export function traitInWords(trait: TraitEstimate): string {
	if (!isKnown(trait)) return 'not known yet';
	return `${trait.band}, ${Math.round(trait.mean)}, likely between ${Math.round(trait.low)} and ${Math.round(trait.high)}`;
}

/** A change in words; what cannot be told from chance is steady. */
export function changeInWords(change: TraitChange): string {
	const before = Math.round(change.before);
	const now = Math.round(change.now);
	if (change.verdict === 'steady') {
		return `steady: ${before} before, ${now} now; below ${Math.round(change.needed)} points it could be chance`;
	}
	return `${change.verdict}: ${before} before, ${now} now`;
}

/** Points with their sign. */
export function signed(points: number): string {
	const rounded = Math.round(points * 10) / 10;
	if (rounded === 0) return '0';
	return rounded > 0 ? `+${rounded}` : `−${Math.abs(rounded)}`;
}

/** The corner of a radar for a value of 0 to 100, the first one upright. */
export function corner(
	index: number,
	of: number,
	value: number,
	radius: number
): { x: number; y: number } {
	const angle = (index / of) * 2 * Math.PI - Math.PI / 2;
	const length = (value / 100) * radius;
	return { x: Math.cos(angle) * length, y: Math.sin(angle) * length };
}
