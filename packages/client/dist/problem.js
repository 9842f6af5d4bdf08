/** The server understood the request and refused it (`application/problem+json`). */
export class ApiError extends Error {
    name = 'ApiError';
    status;
    /** Stable, for programs: `wrong_credentials`, `not_found`, ... */
    code;
    fields;
    /** Seconds to wait before the next attempt, when the server says so. */
    retryAfter;
    requestId;
    /** The whole answer, with the members that only some problems have. */
    problem;
    constructor(status, problem, retryAfter) {
        super(problem.detail ?? problem.title ?? `The server answered with status ${status}.`);
        this.status = status;
        this.problem = problem;
        this.code = problem.code ?? `http_${status}`;
        this.fields = (problem.errors ?? []);
        this.retryAfter = problem.retry_after_secs ?? retryAfter;
        this.requestId = problem.request_id;
    }
    /** The text for one field, if it is among the reasons. */
    field(name) {
        return this.fields.find((problem) => problem.field === name)?.detail;
    }
    /** Reads a refused answer; a body that is no problem document still becomes an error. */
    static async from(response) {
        let problem = {};
        try {
            const body = await response.json();
            if (typeof body === 'object' && body !== null)
                problem = body;
        }
        catch {
            // A proxy in between answered with something else than JSON: the status has to do.
        }
        const wait = Number(response.headers.get('retry-after'));
        return new ApiError(response.status, problem, wait > 0 ? wait : undefined);
    }
}
/** The server could not be reached, or the line dropped and could not be taken up again. */
export class ConnectionError extends Error {
    name = 'ConnectionError';
    constructor(cause) {
        super('The server cannot be reached.', { cause });
    }
}
/** Whether an error only says that the caller gave up. */
export function isAbort(error) {
    return error instanceof Error && error.name === 'AbortError';
}
