/** One event of a `text/event-stream` (WHATWG HTML, section 9.2). */
export interface ServerSentEvent {
    event: string;
    data: string;
    /** The last id seen so far, of this event or an earlier one. */
    id: string;
}
/** Turns pieces of a stream, cut anywhere, into events. */
export declare class EventParser {
    #private;
    /** Takes the next piece and gives back the events that it completes. */
    push(piece: string): ServerSentEvent[];
}
/** Reads the events of a response body until it ends. */
export declare function readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerSentEvent, void, void>;
