import type { Conversation } from '@bondhu/client';
import { api } from '$lib/api.js';
import { tellTabs } from './tabs.js';

/** The list of conversations, newest first. */
class Conversations {
	items = $state.raw<Conversation[]>([]);
	loaded = $state(false);
	trouble = $state<unknown>();
	#cursor = $state<string | null>(null);

	get hasMore(): boolean {
		return this.#cursor !== null;
	}

	async load(): Promise<void> {
		try {
			const page = await api.listConversations({ limit: 30 });
			this.items = page.items;
			this.#cursor = page.next_cursor ?? null;
			this.trouble = undefined;
		} catch (error) {
			this.trouble = error;
		}
		this.loaded = true;
	}

	async more(): Promise<void> {
		if (this.#cursor === null) return;
		const page = await api.listConversations({ limit: 30, cursor: this.#cursor });
		const known = new Set(this.items.map((item) => item.id));
		this.items = [...this.items, ...page.items.filter((item) => !known.has(item.id))];
		this.#cursor = page.next_cursor ?? null;
	}

	/** Puts a conversation that has just changed on top. */
	touch(conversation: Conversation, lastMessage?: string): void {
		const others = this.items.filter((item) => item.id !== conversation.id);
		const last_message = lastMessage ?? conversation.last_message;
		this.items = [{ ...conversation, last_message }, ...others];
	}

	async rename(id: string, title: string): Promise<void> {
		const renamed = await api.renameConversation(id, title);
		this.items = this.items.map((item) => (item.id === id ? renamed : item));
		tellTabs({ conversation: id });
	}

	async remove(id: string): Promise<void> {
		await api.deleteConversation(id);
		this.items = this.items.filter((item) => item.id !== id);
		tellTabs({ conversation: id });
	}

	clear(): void {
		this.items = [];
		this.#cursor = null;
		this.loaded = false;
	}
}

export const conversations = new Conversations();
