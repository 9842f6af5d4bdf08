import type { ChatEvent, FollowOptions } from './stream.js';
import type { components, operations } from './schema.js';
import type * as t from './types.js';
type Schemas = components['schemas'];
type Optional<T> = {
    [Key in keyof T]: T[Key] | undefined;
};
type Query<Name extends keyof operations> = Optional<NonNullable<operations[Name]['parameters']['query']>>;
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
/** Every operation of the server, named as in its OpenAPI document. */
export declare class Bondhu {
    #private;
    constructor(options?: BondhuOptions);
    getInstance: () => Promise<{
        name: string;
        sign_up: components["schemas"]["SignUp"];
        version: string;
    }>;
    createAccount: (body: Schemas["CreateAccount"]) => Promise<{
        user: components["schemas"]["User"];
    }>;
    signIn: (body: Schemas["SignIn"]) => Promise<{
        user: components["schemas"]["User"];
    }>;
    signOut: () => Promise<void>;
    getHelp: (query?: Query<"get_help">) => Promise<{
        country: string;
        level: number;
        lines: components["schemas"]["HelpLine"][];
        verified_on: string;
    }>;
    getModelStatus: () => Promise<{
        detail: string;
        leaves_machine: boolean;
        model?: string | null;
        provider?: string | null;
        state: components["schemas"]["ModelState"];
    }>;
    getMe: () => Promise<{
        country?: string | null;
        created_at: components["schemas"]["Timestamp"];
        display_name: string;
        id: components["schemas"]["UserId"];
        is_owner: boolean;
        updated_at: components["schemas"]["Timestamp"];
        username: string;
    }>;
    updateMe: (body: Schemas["UpdateMe"]) => Promise<{
        country?: string | null;
        created_at: components["schemas"]["Timestamp"];
        display_name: string;
        id: components["schemas"]["UserId"];
        is_owner: boolean;
        updated_at: components["schemas"]["Timestamp"];
        username: string;
    }>;
    changePassword: (body: Schemas["ChangePassword"]) => Promise<void>;
    listSessions: () => Promise<{
        items: t.Session[];
    }>;
    revokeSession: (id: string) => Promise<void>;
    listTokens: () => Promise<{
        items: t.ApiToken[];
    }>;
    createToken: (name: string) => Promise<{
        item: components["schemas"]["ApiToken"];
        token: string;
    }>;
    revokeToken: (id: string) => Promise<void>;
    getSignUp: () => Promise<{
        mode: t.SignUpMode;
    }>;
    setSignUp: (mode: t.SignUpMode) => Promise<{
        mode: t.SignUpMode;
    }>;
    listInvites: () => Promise<{
        items: t.Invite[];
    }>;
    createInvite: () => Promise<{
        code: string;
        item: components["schemas"]["Invite"];
    }>;
    revokeInvite: (id: string) => Promise<void>;
    listConversations: (query?: Query<"list_conversations">) => Promise<{
        items: components["schemas"]["Conversation"][];
        next_cursor?: string | null;
    }>;
    createConversation: (body?: Schemas["CreateConversation"]) => Promise<{
        created_at: components["schemas"]["Timestamp"];
        id: components["schemas"]["ConversationId"];
        last_message?: string | null;
        title: string;
        title_is_custom: boolean;
        updated_at: components["schemas"]["Timestamp"];
    }>;
    getConversation: (id: string) => Promise<{
        created_at: components["schemas"]["Timestamp"];
        id: components["schemas"]["ConversationId"];
        last_message?: string | null;
        title: string;
        title_is_custom: boolean;
        updated_at: components["schemas"]["Timestamp"];
    }>;
    renameConversation: (id: string, title: string) => Promise<{
        created_at: components["schemas"]["Timestamp"];
        id: components["schemas"]["ConversationId"];
        last_message?: string | null;
        title: string;
        title_is_custom: boolean;
        updated_at: components["schemas"]["Timestamp"];
    }>;
    deleteConversation: (id: string) => Promise<void>;
    listMessages: (conversation: string, query?: Query<"list_messages">) => Promise<{
        items: components["schemas"]["Message"][];
        newer?: components["schemas"]["MessageId"] | null;
        older?: components["schemas"]["MessageId"] | null;
    }>;
    getMessage: (id: string) => Promise<{
        answered_by?: components["schemas"]["AnsweredBy"] | null;
        conversation_id: components["schemas"]["ConversationId"];
        created_at: components["schemas"]["Timestamp"];
        error_code?: string | null;
        id: components["schemas"]["MessageId"];
        model?: string | null;
        mood?: string | null;
        parent_id?: components["schemas"]["MessageId"] | null;
        sender: components["schemas"]["Sender"];
        sentiment?: number | null;
        status: components["schemas"]["Status"];
        text: string;
        updated_at: components["schemas"]["Timestamp"];
        variant: number;
        variants: number;
    }>;
    deleteMessage: (id: string) => Promise<void>;
    listVariants: (id: string) => Promise<{
        items: t.Message[];
    }>;
    activateMessage: (id: string) => Promise<void>;
    stopReply: (id: string) => Promise<{
        answered_by?: components["schemas"]["AnsweredBy"] | null;
        conversation_id: components["schemas"]["ConversationId"];
        created_at: components["schemas"]["Timestamp"];
        error_code?: string | null;
        id: components["schemas"]["MessageId"];
        model?: string | null;
        mood?: string | null;
        parent_id?: components["schemas"]["MessageId"] | null;
        sender: components["schemas"]["Sender"];
        sentiment?: number | null;
        status: components["schemas"]["Status"];
        text: string;
        updated_at: components["schemas"]["Timestamp"];
        variant: number;
        variants: number;
    }>;
    searchMessages: (query: Query<"search_messages">, signal?: AbortSignal) => Promise<{
        items: components["schemas"]["SearchHit"][];
        older?: components["schemas"]["MessageId"] | null;
    }>;
    listHistory: (query?: Query<"list_history">) => Promise<{
        items: t.Message[];
    }>;
    /** Sends a message and follows the reply. */
    sendMessage(conversation: string, text: string, options?: SendOptions): Reply;
    /** Asks for another reply, beside the one given. */
    regenerateReply(id: string, options?: FollowOptions): Reply;
    /** Says something else in place of an earlier message, in a branch of its own. */
    editMessage(id: string, text: string, options?: FollowOptions): Reply;
    /** Follows a reply that is already on its way; a finished one answers at once. */
    streamReply(id: string, options?: FollowOptions): Reply;
}
export {};
