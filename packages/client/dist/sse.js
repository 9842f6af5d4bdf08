/** Turns pieces of a stream, cut anywhere, into events. */
export class EventParser {
    #rest = '';
    #id = '';
    #event = '';
    #data = [];
    #started = false;
    /** Takes the next piece and gives back the events that it completes. */
    push(piece) {
        let text = this.#rest + piece;
        if (!this.#started && text !== '') {
            this.#started = true;
            if (text.startsWith('\uFEFF'))
                text = text.slice(1);
        }
        const events = [];
        let start = 0;
        for (;;) {
            const end = lineEnd(text, start);
            if (end === undefined)
                break;
            const event = this.#line(text.slice(start, end.at));
            if (event)
                events.push(event);
            start = end.next;
        }
        this.#rest = text.slice(start);
        return events;
    }
    #line(line) {
        if (line === '')
            return this.#dispatch();
        const colon = line.indexOf(':');
        if (colon === 0)
            return undefined;
        const name = colon < 0 ? line : line.slice(0, colon);
        let value = colon < 0 ? '' : line.slice(colon + 1);
        if (value.startsWith(' '))
            value = value.slice(1);
        if (name === 'data')
            this.#data.push(value);
        else if (name === 'event')
            this.#event = value;
        else if (name === 'id' && !value.includes('\0'))
            this.#id = value;
        return undefined;
    }
    #dispatch() {
        const data = this.#data;
        const event = this.#event || 'message';
        this.#data = [];
        this.#event = '';
        return data.length > 0 ? { event, data: data.join('\n'), id: this.#id } : undefined;
    }
}
/** Finds the next end of line; a final CR waits, because an LF may follow in the next piece. */
function lineEnd(text, from) {
    for (let at = from; at < text.length; at += 1) {
        const char = text[at];
        if (char === '\n')
            return { at, next: at + 1 };
        if (char === '\r') {
            if (at + 1 === text.length)
                return undefined;
            return { at, next: text[at + 1] === '\n' ? at + 2 : at + 1 };
        }
    }
    return undefined;
}
/** Reads the events of a response body until it ends. */
export async function* readEvents(body) {
    const parser = new EventParser();
    const decoder = new TextDecoder();
    const reader = body.getReader();
    try {
        for (;;) {
            const { done, value } = await reader.read();
            if (done)
                return;
            yield* parser.push(decoder.decode(value, { stream: true }));
        }
    }
    finally {
        await reader.cancel().catch(() => undefined);
    }
}
