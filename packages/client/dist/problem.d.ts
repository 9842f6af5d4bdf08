import type { Problem } from './types.js';
/** What is wrong with one field of a request. */
export interface FieldProblem {
    field: string;
    code: string;
    detail: string;
}
/** The server understood the request and refused it (`application/problem+json`). */
export declare class ApiError extends Error {
    readonly name = "ApiError";
    readonly status: number;
    /** Stable, for programs: `wrong_credentials`, `not_found`, ... */
    readonly code: string;
    readonly fields: readonly FieldProblem[];
    /** Seconds to wait before the next attempt, when the server says so. */
    readonly retryAfter: number | undefined;
    readonly requestId: string | undefined;
    /** The whole answer, with the members that only some problems have. */
    readonly problem: Partial<Problem> & Record<string, unknown>;
    constructor(status: number, problem: Partial<Problem> & Record<string, unknown>, retryAfter?: number);
    /** The text for one field, if it is among the reasons. */
    field(name: string): string | undefined;
    /** Reads a refused answer; a body that is no problem document still becomes an error. */
    static from(response: Response): Promise<ApiError>;
}
/** The server could not be reached, or the line dropped and could not be taken up again. */
export declare class ConnectionError extends Error {
    readonly name = "ConnectionError";
    constructor(cause: unknown);
}
/** Whether an error only says that the caller gave up. */
export declare function isAbort(error: unknown): boolean;
