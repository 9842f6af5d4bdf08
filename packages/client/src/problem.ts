import type { Problem } from './types.js';

/** What is wrong with one field of a request. */
export interface FieldProblem {
	field: string;
	code: string;
	detail: string;
}

/** The server understood the request and refused it (`application/problem+json`). */
export class ApiError extends Error {
	override readonly name = 'ApiError';
	readonly status: number;
	/** Stable, for programs: `wrong_credentials`, `not_found`, ... */
	readonly code: string;
	readonly fields: readonly FieldProblem[];
	/** Seconds to wait before the next attempt, when the server says so. */
	readonly retryAfter: number | undefined;
	readonly requestId: string | undefined;
	/** The whole answer, with the members that only some problems have. */
	readonly problem: Partial<Problem> & Record<string, unknown>;

	constructor(
		status: number,
		problem: Partial<Problem> & Record<string, unknown>,
		retryAfter?: number
	) {
		super(problem.detail ?? problem.title ?? `The server answered with status ${status}.`);
		this.status = status;
		this.problem = problem;
		this.code = problem.code ?? `http_${status}`;
		this.fields = (problem.errors ?? []) as FieldProblem[];
		this.retryAfter = problem.retry_after_secs ?? retryAfter;
		this.requestId = problem.request_id;
	}

	/** The text for one field, if it is among the reasons. */
	field(name: string): string | undefined {
		return this.fields.find((problem) => problem.field === name)?.detail;
	}

	/** Reads a refused answer; a body that is no problem document still becomes an error. */
	static async from(response: Response): Promise<ApiError> {
		let problem: Record<string, unknown> = {};
		try {
			const body: unknown = await response.json();
			if (typeof body === 'object' && body !== null) problem = body as Record<string, unknown>;
		} catch {
			// A proxy in between answered with something else than JSON: the status has to do.
		}
		const wait = Number(response.headers.get('retry-after'));
		return new ApiError(response.status, problem, wait > 0 ? wait : undefined);
	}
}

/** The server could not be reached, or the line dropped and could not be taken up again. */
export class ConnectionError extends Error {
	override readonly name = 'ConnectionError';

	constructor(cause: unknown) {
		super('The server cannot be reached.', { cause });
	}
}

/** Whether an error only says that the caller gave up. */
export function isAbort(error: unknown): boolean {
	return error instanceof Error && error.name === 'AbortError';
}
