import type { Message, MessagePage } from '@bondhu/client';

/** How many messages are fetched at a time. */
export const PAGE = 40;
/** How many messages the page holds before it lets go of those farthest away. */
export const HELD = 160;

/** The messages on screen, oldest first, with the ends of what the server has beyond them. */
export interface Span {
	messages: Message[];
	older: string | null;
	newer: string | null;
}

/** Adds a page of earlier messages, and lets go of the newest ones when there are too many. */
export function addOlder(span: Span, page: Span): Span {
	const known = new Set(span.messages.map((message) => message.id));
	const fresh = page.messages.filter((message) => !known.has(message.id));
	const all = [...fresh, ...span.messages];
	const messages = all.slice(0, HELD);
	const newer = messages.length < all.length ? (messages.at(-1)?.id ?? null) : span.newer;
	return { messages, older: page.older, newer };
}

/** Adds a page of later messages, and lets go of the oldest ones when there are too many. */
export function addNewer(span: Span, page: Span): Span {
	const known = new Set(span.messages.map((message) => message.id));
	const fresh = page.messages.filter((message) => !known.has(message.id));
	const all = [...span.messages, ...fresh];
	const messages = all.slice(-HELD);
	const older = messages.length < all.length ? (messages[0]?.id ?? null) : span.older;
	return { messages, older, newer: page.newer };
}

/** Puts a message in its place: over its older self, or at the end. */
export function place(messages: Message[], message: Message): Message[] {
	const at = messages.findIndex((other) => other.id === message.id);
	return at < 0 ? [...messages, message] : messages.with(at, message);
}

/** The messages before the one given: what stays when a branch begins there. */
export function before(messages: Message[], id: string): Message[] {
	const at = messages.findIndex((message) => message.id === id);
	return at < 0 ? messages : messages.slice(0, at);
}

/** Turns a page of the server, newest first, around. */
export function spanOf(page: MessagePage): Span {
	return {
		messages: page.items.toReversed(),
		older: page.older ?? null,
		newer: page.newer ?? null
	};
}

/** Lays the newest page over what is on screen, keeping the earlier messages already loaded. */
export function merge(span: Span, newest: Span): Span {
	const first = newest.messages[0];
	const at = first ? span.messages.findIndex((message) => message.id === first.id) : -1;
	if (at < 0) return newest;
	const messages = [...span.messages.slice(0, at), ...newest.messages];
	return { messages, older: at === 0 ? newest.older : span.older, newer: null };
}
