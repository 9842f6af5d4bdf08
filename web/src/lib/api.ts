import { ApiError, Bondhu, ConnectionError } from '@bondhu/client';

/** The one way to the server. */
export const api = new Bondhu();

/** What happened, in words for the person; a wait is told when there is one. */
export function explain(error: unknown): string {
	if (error instanceof ConnectionError) {
		return 'The server cannot be reached. Check that Bondhu is running, then try again.';
	}
	if (error instanceof ApiError) {
		if (error.retryAfter === undefined) return error.message;
		return `${error.message} You can try again in ${waitInWords(error.retryAfter)}.`;
	}
	return 'Something went wrong on this page. Reload it and try again.';
}

function waitInWords(seconds: number): string {
	if (seconds < 90) return `${Math.ceil(seconds)} seconds`;
	return `${Math.ceil(seconds / 60)} minutes`;
}
