export { Bondhu } from './client.js';
export { ApiError, ConnectionError, isAbort } from './problem.js';
export { readEvents } from './sse.js';
