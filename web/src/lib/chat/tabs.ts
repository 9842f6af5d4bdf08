/** What one tab tells the others. */
export interface Change {
	conversation: string;
}

const channel =
	typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel('bondhu');

/** Tells the other tabs that a conversation changed. */
export function tellTabs(change: Change): void {
	channel?.postMessage(change);
}

/** Listens to the other tabs; gives back how to stop. */
export function hearTabs(hear: (change: Change) => void): () => void {
	const listen = (event: MessageEvent<Change>) => hear(event.data);
	channel?.addEventListener('message', listen);
	return () => channel?.removeEventListener('message', listen);
}
