import { getChatHistory, type MessagePage } from '@bondhu/redis';
import { bondhuAs } from './bondhu';
import { cache } from './cache';
import { cachedOr, type Part } from './part';
import type { SignedIn } from './session';

const LIMIT = 20;

/** A person's newest messages. On a miss Bondhu is asked, and fills the cache itself. */
export function historyOf({ session, user }: SignedIn): Promise<Part<MessagePage>> {
	return cachedOr(
		() => getChatHistory(cache, user.id, LIMIT),
		() => bondhuAs(session).listHistory({ limit: LIMIT })
	);
}
