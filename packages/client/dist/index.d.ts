export { Bondhu } from './client.js';
export type * from './client.js';
export { ApiError, ConnectionError, isAbort } from './problem.js';
export type { FieldProblem } from './problem.js';
export { readEvents } from './sse.js';
export type { ServerSentEvent } from './sse.js';
export type * from './stream.js';
export type * from './types.js';
export type { components, operations, paths } from './schema.js';
