import type { components } from './schema.js';
type Schemas = components['schemas'];
/** What happens to one reply, in order: `started`, any number of `delta`, then `done` or `failed`. */
export type ChatEvent = ({
    type: 'started';
} & Schemas['Started']) | ({
    type: 'delta';
} & Schemas['Delta']) | ({
    type: 'done';
} & Schemas['Done']) | ({
    type: 'failed';
} & Schemas['Failed']);
export interface FollowOptions {
    signal?: AbortSignal;
    /** Called when the line dropped and the reply is about to be taken up again. */
    onReconnect?: (attempt: number) => void;
}
/** Opens one connection; `replyId` is set when a running reply is taken up again. */
type Open = (resume: {
    replyId: string;
    lastEventId: string;
} | undefined) => Promise<Response>;
/**
 * Follows a reply to its end, over as many connections as it takes.
 *
 * A line that drops before `started` is a {@link ConnectionError}: nobody knows whether the server
 * got the request, and the caller repeats it with the same idempotency key. After `started` the
 * reply is taken up again by itself where it stopped.
 */
export declare function followReply(open: Open, options: FollowOptions, resumeId?: string): AsyncGenerator<ChatEvent, void, void>;
export {};
