import { readStored, writeStored } from '$lib/storage.js';

const key = (conversation: string) => `bondhu:draft:${conversation}`;

/** Text that was typed and not sent; a conversation that does not exist yet is called `new`. */
export function readDraft(conversation: string): string {
	return readStored<string>(key(conversation), '');
}

export function writeDraft(conversation: string, text: string): void {
	writeStored(key(conversation), text === '' ? undefined : text);
}
