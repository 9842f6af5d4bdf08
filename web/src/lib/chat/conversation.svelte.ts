import { ApiError, ConnectionError, isAbort } from '@bondhu/client';
import type { ChatEvent, FollowOptions, HelpCard, Message, MessagePage } from '@bondhu/client';
import { api, explain } from '$lib/api.js';
import { visit } from '$lib/account/visit.svelte.js';
import { conversations } from './conversations.svelte.js';
import { FrameBuffer } from './frame-buffer.js';
import { addNewer, addOlder, before, merge, PAGE, place, spanOf, type Span } from './messages.js';
import { tellTabs } from './tabs.js';

/** A message on its way to the server; the key makes repeating it safe. */
export interface Pending {
	text: string;
	key: string;
	/** Why it did not arrive, when it did not. */
	trouble: string | undefined;
}

/** `crypto.randomUUID` is missing where the page comes over plain HTTP from another machine. */
function randomKey(): string {
	const bytes = crypto.getRandomValues(new Uint8Array(16));
	return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** One conversation on screen: what was said, what is being said, and what went wrong. */
export class ConversationState {
	id = $state<string>();
	title = $state('');
	span = $state.raw<Span>({ messages: [], older: null, newer: null });
	pending = $state.raw<Pending>();
	help = $state.raw<HelpCard>();
	notice = $state<string>();
	loading = $state<'first' | 'older' | 'newer'>();
	missing = $state(false);
	/** Whether a reply is on its way, from the press of Send to its end. */
	replying = $state(false);
	/** Whether the line dropped and is being taken up again. */
	lineDown = $state(false);
	/** Whether the line could not be taken up; the reply may have gone on without us. */
	lineLost = $state(false);
	/** The reply that is growing, as soon as the server has begun it. */
	replyId = $state<string>();

	#line: AbortController | undefined;
	#stopWhenStarted = false;
	/** Gives text that could not be sent back to the composer. */
	giveBack: (text: string) => void = () => undefined;
	/** Called when the first message has made the conversation. */
	created: (id: string) => void = () => undefined;

	constructor(id?: string) {
		this.id = id;
	}

	get messages(): Message[] {
		return this.span.messages;
	}

	/** Loads the newest messages, or those around one of them. */
	async load(around?: string): Promise<void> {
		const id = this.id;
		if (id === undefined) return;
		this.loading = 'first';
		try {
			const [conversation, page] = await Promise.all([
				api.getConversation(id),
				this.#page(id, around)
			]);
			this.title = conversation.title;
			this.#show(spanOf(page));
		} catch (error) {
			this.#trouble(error);
		} finally {
			this.loading = undefined;
		}
	}

	/** The newest messages or those around one, which may be on a branch that is not shown, or gone. */
	async #page(id: string, around?: string): Promise<MessagePage> {
		if (around === undefined) return api.listMessages(id, { limit: PAGE });
		const isGone = (error: unknown) => error instanceof ApiError && error.status === 404;
		try {
			return await api.listMessages(id, { limit: PAGE, around });
		} catch (error) {
			if (!isGone(error)) throw error;
		}
		try {
			await api.activateMessage(around);
			return await api.listMessages(id, { limit: PAGE, around });
		} catch (error) {
			if (!isGone(error)) throw error;
			this.notice = 'That message is no longer here.';
			return api.listMessages(id, { limit: PAGE });
		}
	}

	/** Looks for what another tab or device has added, without moving the page. */
	async refresh(): Promise<void> {
		if (this.id === undefined || this.replying || this.span.newer !== null) return;
		try {
			const page = await api.listMessages(this.id, { limit: PAGE });
			if (!this.replying) this.#show(merge(this.span, spanOf(page)));
			this.lineLost = false;
		} catch (error) {
			if (error instanceof ApiError) this.#trouble(error);
		}
	}

	async loadOlder(): Promise<void> {
		const before = this.span.older;
		if (before === null) return;
		await this.#extend('older', { before }, addOlder);
	}

	async loadNewer(): Promise<void> {
		const after = this.span.newer;
		if (after === null) return;
		await this.#extend('newer', { after }, addNewer);
	}

	async #extend(
		which: 'older' | 'newer',
		query: { before: string } | { after: string },
		add: (span: Span, page: Span) => Span
	): Promise<void> {
		if (this.loading || this.id === undefined) return;
		this.loading = which;
		try {
			const page = await api.listMessages(this.id, { limit: PAGE, ...query });
			this.span = add(this.span, spanOf(page));
		} catch (error) {
			this.#trouble(error);
		} finally {
			this.loading = undefined;
		}
	}

	#show(span: Span): void {
		this.span = span;
		const last = span.messages.at(-1);
		if (last?.status === 'streaming' && span.newer === null && !this.replying) {
			void this.#attach(last.id);
		}
	}

	/** Says something. */
	async send(text: string): Promise<void> {
		await this.#deliver({ text, key: randomKey(), trouble: undefined });
	}

	/** Sends a message again that did not arrive, under the same key. */
	async resend(): Promise<void> {
		if (this.pending?.trouble) await this.#deliver({ ...this.pending, trouble: undefined });
	}

	/** Takes a message back that did not arrive. */
	takeBack(): void {
		if (!this.pending) return;
		this.giveBack(this.pending.text);
		this.pending = undefined;
	}

	async #deliver(pending: Pending): Promise<void> {
		if (this.replying) return;
		this.replying = true;
		this.notice = undefined;
		this.pending = pending;
		try {
			if (this.id === undefined) {
				const conversation = await api.createConversation();
				this.id = conversation.id;
				this.title = conversation.title;
				this.created(conversation.id);
			} else if (this.span.newer !== null) {
				this.span = spanOf(await api.listMessages(this.id, { limit: PAGE }));
			}
			const id = this.id;
			await this.#follow(
				(options) => api.sendMessage(id, pending.text, { ...options, idempotencyKey: pending.key }),
				() => this.span.messages
			);
		} catch (error) {
			this.#undelivered(pending, error);
		} finally {
			this.#end();
		}
	}

	#undelivered(pending: Pending, error: unknown): void {
		if (isAbort(error)) return;
		if (error instanceof ConnectionError && this.pending) {
			this.pending = { ...pending, trouble: 'Not sent: the server cannot be reached.' };
			return;
		}
		if (this.pending) {
			this.pending = undefined;
			this.giveBack(pending.text);
		}
		this.#trouble(error);
	}

	/** Asks for another reply in place of this one; also the way to try again. */
	async regenerate(reply: Message): Promise<void> {
		const rest = before(this.messages, reply.id);
		await this.#branch((options) => api.regenerateReply(reply.id, options), rest);
	}

	/** Says something else in place of an earlier message. */
	async edit(message: Message, text: string): Promise<void> {
		const rest = before(this.messages, message.id);
		await this.#branch((options) => api.editMessage(message.id, text, options), rest);
	}

	async #branch(
		open: (options: FollowOptions) => AsyncIterable<ChatEvent>,
		rest: Message[]
	): Promise<void> {
		if (this.replying) return;
		this.replying = true;
		this.notice = undefined;
		try {
			await this.#follow(open, () => rest);
		} catch (error) {
			this.#trouble(error);
		} finally {
			this.#end();
		}
	}

	/** Follows a reply that another tab, or this page before its reload, has asked for. */
	async #attach(replyId: string): Promise<void> {
		this.replying = true;
		this.replyId = replyId;
		this.#clear(replyId);
		try {
			await this.#follow(
				(options) => api.streamReply(replyId, options),
				() => this.messages
			);
		} catch (error) {
			this.#trouble(error);
		} finally {
			this.#end();
		}
	}

	/** A reply that is followed from its beginning grows from nothing. */
	#clear(replyId: string): void {
		const reply = this.messages.find((message) => message.id === replyId);
		if (reply) this.#put({ ...reply, text: '' });
	}

	async #follow(
		open: (options: FollowOptions) => AsyncIterable<ChatEvent>,
		rest: () => Message[]
	): Promise<void> {
		const line = new AbortController();
		this.#line = line;
		const buffer = new FrameBuffer((text) => this.#grow(text));
		const options = { signal: line.signal, onReconnect: () => (this.lineDown = true) };
		try {
			for await (const event of open(options)) {
				if (this.#line !== line) return;
				this.lineDown = false;
				if (event.type === 'delta') buffer.push(event.text);
				else if (event.type === 'started') this.#start(event, rest());
				else {
					buffer.flush();
					this.#put(event.message);
				}
			}
		} finally {
			if (this.#line === line) buffer.flush();
		}
	}

	#start(event: Extract<ChatEvent, { type: 'started' }>, rest: Message[]): void {
		this.pending = undefined;
		const spoken = event.user_message ? place(rest, event.user_message) : rest;
		this.span = { ...this.span, messages: place(spoken, event.reply), newer: null };
		this.replyId = event.reply.id;
		this.title = event.conversation.title;
		if (event.help) this.help = event.help;
		conversations.touch(event.conversation, event.user_message?.text);
		tellTabs({ conversation: event.conversation.id });
		if (this.#stopWhenStarted) void this.stop();
	}

	#grow(text: string): void {
		const reply = this.messages.find((message) => message.id === this.replyId);
		if (reply) this.#put({ ...reply, text: reply.text + text });
	}

	#put(message: Message): void {
		this.span = { ...this.span, messages: place(this.messages, message) };
	}

	/** Stops the reply; what has come so far stays. */
	async stop(): Promise<void> {
		if (!this.replying) return;
		const replyId = this.replyId;
		if (replyId === undefined) {
			this.#stopWhenStarted = true;
			return;
		}
		this.#stopWhenStarted = false;
		try {
			const message = await api.stopReply(replyId);
			this.#hangUp();
			this.#put(message);
			this.#end();
		} catch (error) {
			this.#trouble(error);
		}
	}

	#end(): void {
		const last = this.messages.at(-1);
		this.replying = false;
		this.replyId = undefined;
		this.lineDown = false;
		this.#stopWhenStarted = false;
		if (this.id !== undefined) tellTabs({ conversation: this.id });
		const listed = conversations.items.find((item) => item.id === this.id);
		if (listed && last && last.text) conversations.touch(listed, last.text);
		if (last?.answered_by === 'listener') void visit.lookAtModel();
	}

	/** Lets go of the line; the server goes on without it. */
	#hangUp(): void {
		const line = this.#line;
		this.#line = undefined;
		line?.abort(new DOMException('The page went on.', 'AbortError'));
	}

	/** Ends the work of this page on the conversation; the reply goes on without it. */
	leave(): void {
		this.#hangUp();
	}

	/** Shows the variant so many places after (or before) the one on screen. */
	async showVariant(message: Message, step: number): Promise<void> {
		await this.#change(async (id) => {
			const { items } = await api.listVariants(message.id);
			const wanted = items.find((item) => item.variant === message.variant + step);
			if (!wanted) return;
			await api.activateMessage(wanted.id);
			const page = await api.listMessages(id, { limit: PAGE, around: wanted.id });
			this.#show(spanOf(page));
		});
	}

	async remove(message: Message): Promise<void> {
		await this.#change(async (id) => {
			await api.deleteMessage(message.id);
			this.#show(spanOf(await api.listMessages(id, { limit: PAGE })));
			tellTabs({ conversation: id });
		});
	}

	async #change(change: (id: string) => Promise<void>): Promise<void> {
		if (this.id === undefined || this.replying) return;
		this.notice = undefined;
		try {
			await change(this.id);
		} catch (error) {
			this.#trouble(error);
		}
	}

	async lookForHelp(): Promise<void> {
		this.help = await api.getHelp().catch(() => this.help);
	}

	#trouble(error: unknown): void {
		if (isAbort(error)) return;
		if (error instanceof ApiError && error.status === 401) visit.forget();
		else if (error instanceof ApiError && error.code === 'reply_in_progress') {
			this.notice = 'A reply is still on its way here. Your text is kept below.';
			queueMicrotask(() => void this.refresh());
		} else if (error instanceof ApiError && error.status === 404 && this.messages.length === 0) {
			this.missing = true;
		} else if (error instanceof ConnectionError && this.replyId !== undefined) this.lineLost = true;
		else this.notice = explain(error);
	}
}
