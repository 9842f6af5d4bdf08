import { ApiError, ConnectionError, isAbort } from './problem.js';
import { followReply } from './stream.js';
/** Every operation of the server, named as in its OpenAPI document. */
export class Bondhu {
    #base;
    #token;
    #fetch;
    constructor(options = {}) {
        this.#base = `${options.baseUrl ?? ''}/api/v1`;
        this.#token = options.token;
        this.#fetch = options.fetch ?? ((input, init) => fetch(input, init));
    }
    getInstance = () => this.#json('GET', '/instance');
    createAccount = (body) => this.#json('POST', '/accounts', { body });
    signIn = (body) => this.#json('POST', '/session', { body });
    signOut = () => this.#nothing('DELETE', '/session');
    getHelp = (query) => this.#json('GET', '/help', { query });
    getModelStatus = () => this.#json('GET', '/model');
    getMe = () => this.#json('GET', '/me');
    updateMe = (body) => this.#json('PATCH', '/me', { body });
    changePassword = (body) => this.#nothing('POST', '/me/password', { body });
    listSessions = () => this.#json('GET', '/sessions');
    revokeSession = (id) => this.#nothing('DELETE', `/sessions/${part(id)}`);
    listTokens = () => this.#json('GET', '/tokens');
    createToken = (name) => this.#json('POST', '/tokens', { body: { name } });
    revokeToken = (id) => this.#nothing('DELETE', `/tokens/${part(id)}`);
    getSignUp = () => this.#json('GET', '/admin/sign-up');
    setSignUp = (mode) => this.#json('PUT', '/admin/sign-up', { body: { mode } });
    listInvites = () => this.#json('GET', '/admin/invites');
    createInvite = () => this.#json('POST', '/admin/invites', { body: {} });
    revokeInvite = (id) => this.#nothing('DELETE', `/admin/invites/${part(id)}`);
    listConversations = (query) => this.#json('GET', '/conversations', { query });
    createConversation = (body = {}) => this.#json('POST', '/conversations', { body });
    getConversation = (id) => this.#json('GET', `/conversations/${part(id)}`);
    renameConversation = (id, title) => this.#json('PATCH', `/conversations/${part(id)}`, { body: { title } });
    deleteConversation = (id) => this.#nothing('DELETE', `/conversations/${part(id)}`);
    listMessages = (conversation, query) => this.#json('GET', `/conversations/${part(conversation)}/messages`, { query });
    getMessage = (id) => this.#json('GET', `/messages/${part(id)}`);
    deleteMessage = (id) => this.#nothing('DELETE', `/messages/${part(id)}`);
    listVariants = (id) => this.#json('GET', `/messages/${part(id)}/variants`);
    activateMessage = (id) => this.#nothing('POST', `/messages/${part(id)}/activate`);
    stopReply = (id) => this.#json('POST', `/messages/${part(id)}/stop`);
    searchMessages = (query, signal) => this.#json('GET', '/search', { query, signal });
    listHistory = (query) => this.#json('GET', '/history', { query });
    /** Sends a message and follows the reply. */
    sendMessage(conversation, text, options = {}) {
        const headers = {};
        if (options.idempotencyKey !== undefined)
            headers['idempotency-key'] = options.idempotencyKey;
        const path = `/conversations/${part(conversation)}/messages`;
        return this.#follow(path, { body: { text }, headers }, options);
    }
    /** Asks for another reply, beside the one given. */
    regenerateReply(id, options = {}) {
        return this.#follow(`/messages/${part(id)}/regenerate`, {}, options);
    }
    /** Says something else in place of an earlier message, in a branch of its own. */
    editMessage(id, text, options = {}) {
        return this.#follow(`/messages/${part(id)}/edit`, { body: { text } }, options);
    }
    /** Follows a reply that is already on its way; a finished one answers at once. */
    streamReply(id, options = {}) {
        return followReply((resume) => this.#resume(resume, options), options, id);
    }
    #follow(path, call, options) {
        return followReply((resume) => resume
            ? this.#resume(resume, options)
            : this.#send('POST', path, { ...call, signal: options.signal }, 'text/event-stream'), options);
    }
    #resume(resume, options) {
        const headers = {};
        if (resume?.lastEventId)
            headers['last-event-id'] = resume.lastEventId;
        const path = `/messages/${part(resume?.replyId ?? '')}/stream`;
        return this.#send('GET', path, { headers, signal: options.signal }, 'text/event-stream');
    }
    async #json(method, path, call = {}) {
        const response = await this.#checked(method, path, call);
        return (await response.json());
    }
    async #nothing(method, path, call = {}) {
        await this.#checked(method, path, call);
    }
    async #checked(method, path, call) {
        let response;
        try {
            response = await this.#send(method, path, call, 'application/json');
        }
        catch (error) {
            if (isAbort(error))
                throw error;
            throw new ConnectionError(error);
        }
        if (!response.ok)
            throw await ApiError.from(response);
        return response;
    }
    #send(method, path, call, accept) {
        const headers = { accept, ...call.headers };
        if (this.#token !== undefined)
            headers['authorization'] = `Bearer ${this.#token}`;
        const init = { method, headers, credentials: 'same-origin' };
        if (call.body !== undefined) {
            headers['content-type'] = 'application/json';
            init.body = JSON.stringify(call.body);
        }
        if (call.signal)
            init.signal = call.signal;
        return this.#fetch(this.#base + path + search(call.query), init);
    }
}
function part(id) {
    return encodeURIComponent(id);
}
function search(query) {
    const parameters = new URLSearchParams();
    for (const [name, value] of Object.entries(query ?? {})) {
        if (value !== undefined && value !== null)
            parameters.set(name, String(value));
    }
    const text = parameters.toString();
    return text && `?${text}`;
}
