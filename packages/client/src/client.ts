import { ApiError, ConnectionError, isAbort } from './problem.js';
import { readEvents } from './sse.js';
import { followReply } from './stream.js';
import type { ChatEvent, FollowOptions } from './stream.js';
import type { components, operations } from './schema.js';
import type * as t from './types.js';

type Schemas = components['schemas'];
type Optional<T> = { [Key in keyof T]: T[Key] | undefined };
type Query<Name extends keyof operations> = Optional<
	NonNullable<operations[Name]['parameters']['query']>
>;
type Reply = AsyncGenerator<ChatEvent, void, void>;

export interface BondhuOptions {
	/** Where the server is, without a path; the page's own origin by default. */
	baseUrl?: string;
	/** An API token (`bnd_...`); without one the session cookie counts. */
	token?: string;
	fetch?: typeof fetch;
}

export interface SendOptions extends FollowOptions {
	/** Repeating a send with the same key never makes a second message. */
	idempotencyKey?: string;
}

/** What {@link Bondhu.followTasks} tells: how the background work is, or why that cannot be said. */
export type TasksEvent =
	{ type: 'overview'; overview: t.TaskOverview } | { type: 'trouble'; detail: string };

interface Call {
	body?: unknown;
	query?: object | undefined;
	headers?: Record<string, string>;
	signal?: AbortSignal | undefined;
}

/** Every operation of the server, named as in its OpenAPI document. */
export class Bondhu {
	readonly #base: string;
	readonly #token: string | undefined;
	readonly #fetch: typeof fetch;

	constructor(options: BondhuOptions = {}) {
		this.#base = `${options.baseUrl ?? ''}/api/v1`;
		this.#token = options.token;
		this.#fetch = options.fetch ?? ((input, init) => fetch(input, init));
	}

	getInstance = () => this.#json<t.Instance>('GET', '/instance');
	createAccount = (body: Schemas['CreateAccount']) =>
		this.#json<Schemas['SignedInUser']>('POST', '/accounts', { body });
	signIn = (body: Schemas['SignIn']) =>
		this.#json<Schemas['SignedInUser']>('POST', '/session', { body });
	signOut = () => this.#nothing('DELETE', '/session');
	getHelp = (query?: Query<'get_help'>) => this.#json<t.HelpCard>('GET', '/help', { query });
	forgetSignals = () => this.#nothing('DELETE', '/help/signals');
	getModelStatus = () => this.#json<t.ModelStatus>('GET', '/model');

	getMe = () => this.#json<t.User>('GET', '/me');
	updateMe = (body: Schemas['UpdateMe']) => this.#json<t.User>('PATCH', '/me', { body });
	changePassword = (body: Schemas['ChangePassword']) =>
		this.#nothing('POST', '/me/password', { body });
	listSessions = () => this.#json<{ items: t.Session[] }>('GET', '/sessions');
	revokeSession = (id: string) => this.#nothing('DELETE', `/sessions/${part(id)}`);
	listTokens = () => this.#json<{ items: t.ApiToken[] }>('GET', '/tokens');
	createToken = (name: string) => this.#json<t.NewApiToken>('POST', '/tokens', { body: { name } });
	revokeToken = (id: string) => this.#nothing('DELETE', `/tokens/${part(id)}`);

	getSignUp = () => this.#json<{ mode: t.SignUpMode }>('GET', '/admin/sign-up');
	setSignUp = (mode: t.SignUpMode) =>
		this.#json<{ mode: t.SignUpMode }>('PUT', '/admin/sign-up', { body: { mode } });
	listInvites = () => this.#json<{ items: t.Invite[] }>('GET', '/admin/invites');
	createInvite = () => this.#json<t.NewInvite>('POST', '/admin/invites', { body: {} });
	revokeInvite = (id: string) => this.#nothing('DELETE', `/admin/invites/${part(id)}`);

	getTasks = () => this.#json<t.TaskOverview>('GET', '/admin/tasks');
	listDeadTasks = (query?: Query<'list_dead_tasks'>) =>
		this.#json<t.DeadTaskPage>('GET', '/admin/tasks/dead', { query });
	getDeadTask = (id: string) =>
		this.#json<t.DeadTaskDetail>('GET', `/admin/tasks/dead/${part(id)}`);
	replayDeadTask = (id: string) => this.#nothing('POST', `/admin/tasks/dead/${part(id)}/replay`);
	dropDeadTask = (id: string) => this.#nothing('DELETE', `/admin/tasks/dead/${part(id)}`);
	replayDeadTasks = () => this.#json<{ count: number }>('POST', '/admin/tasks/dead/replay');
	dropDeadTasks = () => this.#json<{ count: number }>('DELETE', '/admin/tasks/dead');

	listConversations = (query?: Query<'list_conversations'>) =>
		this.#json<t.ConversationPage>('GET', '/conversations', { query });
	createConversation = (body: Schemas['CreateConversation'] = {}) =>
		this.#json<t.Conversation>('POST', '/conversations', { body });
	getConversation = (id: string) => this.#json<t.Conversation>('GET', `/conversations/${part(id)}`);
	renameConversation = (id: string, title: string) =>
		this.#json<t.Conversation>('PATCH', `/conversations/${part(id)}`, { body: { title } });
	deleteConversation = (id: string) => this.#nothing('DELETE', `/conversations/${part(id)}`);
	listMessages = (conversation: string, query?: Query<'list_messages'>) =>
		this.#json<t.MessagePage>('GET', `/conversations/${part(conversation)}/messages`, { query });

	getMessage = (id: string) => this.#json<t.Message>('GET', `/messages/${part(id)}`);
	deleteMessage = (id: string) => this.#nothing('DELETE', `/messages/${part(id)}`);
	listVariants = (id: string) =>
		this.#json<{ items: t.Message[] }>('GET', `/messages/${part(id)}/variants`);
	activateMessage = (id: string) => this.#nothing('POST', `/messages/${part(id)}/activate`);
	stopReply = (id: string) => this.#json<t.Message>('POST', `/messages/${part(id)}/stop`);
	searchMessages = (query: Query<'search_messages'>, signal?: AbortSignal) =>
		this.#json<t.HitPage>('GET', '/search', { query, signal });
	listHistory = (query?: Query<'list_history'>) =>
		this.#json<{ items: t.Message[] }>('GET', '/history', { query });

	getMood = (query?: Query<'get_mood'>) => this.#json<t.MoodTimeline>('GET', '/mood', { query });
	listInsights = (query?: Query<'list_insights'>) =>
		this.#json<{ items: t.SentimentInsight[] }>('GET', '/mood/insights', { query });
	listMoodMessages = (day: string, query?: Query<'list_mood_messages'>) =>
		this.#json<{ items: t.MoodMessage[] }>('GET', `/mood/days/${part(day)}/messages`, { query });
	setCheckIn = (day: string, body: Schemas['SetCheckIn']) =>
		this.#json<t.CheckIn>('PUT', `/mood/check-ins/${part(day)}`, { body });
	deleteCheckIn = (day: string) => this.#nothing('DELETE', `/mood/check-ins/${part(day)}`);

	getPersonality = () => this.#json<t.PersonalityProfile>('GET', '/personality');
	getPersonalityContext = () => this.#json<t.PersonalityContext>('GET', '/personality/context');
	resetPersonality = () => this.#nothing('DELETE', '/personality');
	getPersonalityHistory = () => this.#json<t.PersonalityHistory>('GET', '/personality/history');
	lockTrait = (trait: t.Trait) =>
		this.#json<t.PersonalityProfile>('PUT', `/personality/traits/${part(trait)}/lock`);
	unlockTrait = (trait: t.Trait) =>
		this.#json<t.PersonalityProfile>('DELETE', `/personality/traits/${part(trait)}/lock`);
	listEvidence = () => this.#json<{ items: t.EvidenceItem[] }>('GET', '/personality/evidence');
	vetoEvidence = (id: string) => this.#nothing('DELETE', `/personality/evidence/${part(id)}`);
	restoreEvidence = (id: string) =>
		this.#nothing('POST', `/personality/evidence/${part(id)}/restore`);
	getQuestionnaire = () => this.#json<t.Questionnaire>('GET', '/personality/questionnaire');
	answerQuestionnaire = (body: Schemas['AnswerQuestionnaire']) =>
		this.#json<t.Questionnaire>('POST', '/personality/questionnaire', { body });
	restartQuestionnaire = () => this.#nothing('DELETE', '/personality/questionnaire');

	listMemories = (query?: Query<'list_memories'>, signal?: AbortSignal) =>
		this.#json<t.MemoryPage>('GET', '/memories', { query, signal });
	createMemory = (body: Schemas['CreateMemory']) =>
		this.#json<t.MemoryItem>('POST', '/memories', { body });
	getMemory = (id: string) => this.#json<t.MemoryItem>('GET', `/memories/${part(id)}`);
	changeMemory = (id: string, body: Schemas['ChangeMemory']) =>
		this.#json<t.MemoryItem>('PATCH', `/memories/${part(id)}`, { body });
	forgetMemory = (id: string, query?: Query<'forget_memory'>) =>
		this.#nothing('DELETE', `/memories/${part(id)}`, { query });
	forgetMemories = () => this.#json<{ count: number }>('DELETE', '/memories');
	getMemorySettings = () => this.#json<{ paused: boolean }>('GET', '/memories/settings');
	changeMemorySettings = (paused: boolean) =>
		this.#json<{ paused: boolean }>('PATCH', '/memories/settings', { body: { paused } });
	listMessageMemories = (id: string) =>
		this.#json<t.MessageMemories>('GET', `/messages/${part(id)}/memories`);

	/** Sends a message and follows the reply. */
	sendMessage(conversation: string, text: string, options: SendOptions = {}): Reply {
		const headers: Record<string, string> = {};
		if (options.idempotencyKey !== undefined) headers['idempotency-key'] = options.idempotencyKey;
		const path = `/conversations/${part(conversation)}/messages`;
		return this.#follow(path, { body: { text }, headers }, options);
	}

	/** Asks for another reply, beside the one given. */
	regenerateReply(id: string, options: FollowOptions = {}): Reply {
		return this.#follow(`/messages/${part(id)}/regenerate`, {}, options);
	}

	/** Says something else in place of an earlier message, in a branch of its own. */
	editMessage(id: string, text: string, options: FollowOptions = {}): Reply {
		return this.#follow(`/messages/${part(id)}/edit`, { body: { text } }, options);
	}

	/** Follows a reply that is already on its way; a finished one answers at once. */
	streamReply(id: string, options: FollowOptions = {}): Reply {
		return followReply((resume) => this.#resume(resume, options), options, id);
	}

	/** Follows the background work, an overview every two seconds, until the connection ends. */
	async *followTasks(signal?: AbortSignal): AsyncGenerator<TasksEvent, void, void> {
		const response = await this.#checked(
			'GET',
			'/admin/tasks/live',
			{ signal },
			'text/event-stream'
		);
		if (!response.body) return;
		for await (const { event, data } of readEvents(response.body)) {
			if (event === 'overview') {
				yield { type: 'overview', overview: JSON.parse(data) as t.TaskOverview };
			} else if (event === 'trouble') {
				yield { type: 'trouble', detail: data };
			}
		}
	}

	#follow(path: string, call: Call, options: FollowOptions): Reply {
		return followReply(
			(resume) =>
				resume
					? this.#resume(resume, options)
					: this.#send('POST', path, { ...call, signal: options.signal }, 'text/event-stream'),
			options
		);
	}

	#resume(
		resume: { replyId: string; lastEventId: string } | undefined,
		options: FollowOptions
	): Promise<Response> {
		const headers: Record<string, string> = {};
		if (resume?.lastEventId) headers['last-event-id'] = resume.lastEventId;
		const path = `/messages/${part(resume?.replyId ?? '')}/stream`;
		return this.#send('GET', path, { headers, signal: options.signal }, 'text/event-stream');
	}

	async #json<T>(method: string, path: string, call: Call = {}): Promise<T> {
		const response = await this.#checked(method, path, call);
		return (await response.json()) as T;
	}

	async #nothing(method: string, path: string, call: Call = {}): Promise<void> {
		await this.#checked(method, path, call);
	}

	async #checked(
		method: string,
		path: string,
		call: Call,
		accept = 'application/json'
	): Promise<Response> {
		let response: Response;
		try {
			response = await this.#send(method, path, call, accept);
		} catch (error) {
			if (isAbort(error)) throw error;
			throw new ConnectionError(error);
		}
		if (!response.ok) throw await ApiError.from(response);
		return response;
	}

	#send(method: string, path: string, call: Call, accept: string): Promise<Response> {
		const headers: Record<string, string> = { accept, ...call.headers };
		if (this.#token !== undefined) headers['authorization'] = `Bearer ${this.#token}`;
		const init: RequestInit = { method, headers, credentials: 'same-origin' };
		if (call.body !== undefined) {
			headers['content-type'] = 'application/json';
			init.body = JSON.stringify(call.body);
		}
		if (call.signal) init.signal = call.signal;
		return this.#fetch(this.#base + path + search(call.query), init);
	}
}

function part(id: string): string {
	return encodeURIComponent(id);
}

function search(query: object | undefined): string {
	const parameters = new URLSearchParams();
	for (const [name, value] of Object.entries(query ?? {})) {
		if (value !== undefined && value !== null) parameters.set(name, String(value));
	}
	const text = parameters.toString();
	return text && `?${text}`;
}
