import { getPersonalityContext, type PersonalityContext } from '@bondhu/redis';
import { bondhuAs } from './bondhu';
import { cache } from './cache';
import { cachedOr, type Part } from './part';
import type { SignedIn } from './session';

/** What the page shows of a personality. */
export interface Portrait {
	/** How Bondhu speaks with the person now, as far as that has been worked out. */
	style?: PersonalityContext['style'];
	/** The person's own word on their mood. */
	mood?: string | undefined;
	/** What stands out. */
	traits: { trait: string; mean: number; band: string }[];
}

/**
 * What Bondhu knows of a person. The cache holds what the last reply has needed; without it the
 * profile is asked for, which has the traits and not the moment.
 */
export function personalityOf({ session, user }: SignedIn): Promise<Part<Portrait>> {
	return cachedOr<Portrait>(
		async () => {
			const context = await getPersonalityContext(cache, user.id);
			if (!context) return undefined;
			const { style, traits, check_in } = context;
			return { style, traits, mood: check_in?.mood };
		},
		async () => {
			const { traits } = await bondhuAs(session).getPersonality();
			const notable = ({ evidence, band }: (typeof traits)[0]) =>
				evidence > 0 && band !== 'moderate';
			return { traits: traits.filter(notable) };
		}
	);
}
