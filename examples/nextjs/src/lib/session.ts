import { ApiError, type User } from '@bondhu/client';
import { defineCache } from '@bondhu/redis';
import { cookies } from 'next/headers';
import { cache as oncePerRequest } from 'react';
import { bondhuAs } from './bondhu';
import { cache } from './cache';

/** Cookies do not keep ports apart, so this is not the name that Bondhu's own web app uses. */
export const SESSION_COOKIE = 'bondhu_example_session';

export interface SignedIn {
	session: string;
	user: Pick<User, 'id' | 'display_name'>;
}

/**
 * Whose session it is. Bondhu is asked once a minute, so a session that is ended there ends here
 * within a minute. The key holds a hash: whoever reads the cache cannot sign in with what is there.
 */
const sessionUser = defineCache(cache, {
	name: 'example:session',
	ttlSecs: 60,
	negativeTtlSecs: 10,
	key: ({ hash }: { session: string; hash: string }) => hash,
	load: async ({ session }) => {
		try {
			const { id, display_name } = await bondhuAs(session).getMe();
			return { id, display_name };
		} catch (error) {
			if (error instanceof ApiError && error.status === 401) return undefined;
			throw error;
		}
	}
});

/** Who is signed in, or nobody. */
export const signedIn = oncePerRequest(async (): Promise<SignedIn | undefined> => {
	const session = (await cookies()).get(SESSION_COOKIE)?.value;
	// It becomes part of a header.
	if (!session || !/^[\w-]{16,128}$/.test(session)) return undefined;
	const user = await sessionUser.get({ session, hash: await hashOf(session) });
	return user && { session, user };
});

/** Ends a session here and in Bondhu. */
export async function endSession(session: string): Promise<void> {
	await bondhuAs(session).signOut();
	await sessionUser.delete({ session, hash: await hashOf(session) });
}

async function hashOf(text: string): Promise<string> {
	const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
	return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
