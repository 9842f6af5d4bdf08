import { getPersonalityContext, type PersonalityContext } from '@bondhu/redis';
import { bondhuAs } from './bondhu';
import { cache } from './cache';
import { cachedOr, type Part } from './part';
import type { SignedIn } from './session';

/** What Bondhu knows of a person. Asked for, the server puts it into the cache itself. */
export function personalityOf({ session, user }: SignedIn): Promise<Part<PersonalityContext>> {
	return cachedOr<PersonalityContext>(
		() => getPersonalityContext(cache, user.id),
		() => bondhuAs(session).getPersonalityContext()
	);
}
