'use server';

import { ApiError, ConnectionError } from '@bondhu/client';
import { invalidateChatHistory, invalidatePersonalityContext } from '@bondhu/redis';
import { revalidatePath } from 'next/cache';
import { cookies, headers } from 'next/headers';
import { openSession } from '../lib/bondhu';
import { cache } from '../lib/cache';
import { SESSION_COOKIE, endSession, signedIn } from '../lib/session';

const COOKIE_SECS = 30 * 24 * 60 * 60;

/** Signs in; gives back what is wrong, or nothing. */
export async function signIn(_before: string, form: FormData): Promise<string> {
	let session: string;
	try {
		session = await openSession(String(form.get('username')), String(form.get('password')));
	} catch (error) {
		if (error instanceof ApiError) return error.message;
		if (error instanceof ConnectionError) {
			console.error(error);
			return 'Bondhu cannot be reached. Is it running where BONDHU_URL says?';
		}
		throw error;
	}
	(await cookies()).set(SESSION_COOKIE, session, {
		httpOnly: true,
		sameSite: 'lax',
		secure: (await headers()).get('x-forwarded-proto') === 'https',
		maxAge: COOKIE_SECS
	});
	revalidatePath('/');
	return '';
}

export async function signOut(): Promise<void> {
	const who = await signedIn();
	(await cookies()).delete(SESSION_COOKIE);
	if (who) await endSession(who.session);
	revalidatePath('/');
}

/** Drops what is cached of the person, so that the next page comes from the API. */
export async function forgetCached(): Promise<void> {
	const who = await signedIn();
	if (!who) return;
	await Promise.all([
		invalidateChatHistory(cache, who.user.id),
		invalidatePersonalityContext(cache, who.user.id)
	]);
	revalidatePath('/');
}
