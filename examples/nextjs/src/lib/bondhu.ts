import { Bondhu } from '@bondhu/client';

const BONDHU_URL = process.env['BONDHU_URL'] ?? 'http://127.0.0.1:8383';
/** The name of Bondhu's own cookie. It stays between this server and Bondhu. */
const COOKIE = 'bondhu_session';
const TIMEOUT_MS = 5000;

/** Bondhu's API as the person whose session this is. */
export function bondhuAs(session: string): Bondhu {
	return new Bondhu({
		baseUrl: BONDHU_URL,
		fetch: (input, init) => ask(input, init, { cookie: `${COOKIE}=${session}` })
	});
}

/** Signs in and gives the new session. @throws ApiError when the name or the password is wrong */
export async function openSession(username: string, password: string): Promise<string> {
	let session: string | undefined;
	const bondhu = new Bondhu({
		baseUrl: BONDHU_URL,
		fetch: async (input, init) => {
			const response = await ask(input, init, {});
			session = response.headers.getSetCookie().map(sessionIn).find(Boolean);
			return response;
		}
	});
	await bondhu.signIn({ username, password });
	if (!session) throw new Error(`${BONDHU_URL} has accepted the sign-in and sent no session`);
	return session;
}

function ask(input: RequestInfo | URL, init: RequestInit | undefined, headers: object) {
	return fetch(input, {
		...init,
		headers: { ...(init?.headers as object), ...headers },
		cache: 'no-store',
		signal: AbortSignal.timeout(TIMEOUT_MS)
	});
}

function sessionIn(cookie: string): string | undefined {
	const [name, value] = cookie.split(';', 1)[0]?.split('=', 2) ?? [];
	return name === COOKIE ? value : undefined;
}
