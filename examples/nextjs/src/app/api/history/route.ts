import { historyOf } from '../../../lib/history';
import { signedIn } from '../../../lib/session';

// The same code as in the page, on the edge: the cache needs nothing but `fetch`.
export const runtime = 'edge';

export async function GET(): Promise<Response> {
	const who = await signedIn();
	if (!who) return Response.json({ detail: 'Nobody is signed in.' }, { status: 401 });
	const part = await historyOf(who);
	return Response.json(
		{ ...part, runtime: process.env['NEXT_RUNTIME'] },
		{ headers: { 'cache-control': 'no-store' } }
	);
}
