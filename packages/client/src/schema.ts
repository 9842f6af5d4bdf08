// Generated from crates/bondhu/openapi.json by `npm run gen`. Do not edit.

export interface paths {
    "/api/v1/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes an account and signs in */
        post: operations["create_account"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/invites": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the invitations you have made */
        get: operations["list_invites"];
        put?: never;
        /** Makes an invitation for one account, good for seven days */
        post: operations["create_invite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/invites/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Withdraws an invitation */
        delete: operations["revoke_invite"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/sign-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tells who may sign up */
        get: operations["get_sign_up"];
        /** Decides who may sign up */
        put: operations["set_sign_up"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows queues, workers, the schedule and how much has failed */
        get: operations["get_tasks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/tasks/dead": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists dead letters, the newest first */
        get: operations["list_dead_tasks"];
        put?: never;
        post?: never;
        /** Drops all dead letters for good */
        delete: operations["drop_dead_tasks"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/tasks/dead/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends all dead letters again */
        post: operations["replay_dead_tasks"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/tasks/dead/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows one dead letter */
        get: operations["get_dead_task"];
        put?: never;
        post?: never;
        /** Drops one dead letter for good */
        delete: operations["drop_dead_task"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/tasks/dead/{id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends one dead letter again, from its first attempt */
        post: operations["replay_dead_task"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/tasks/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follows the overview: an event `overview` every two seconds
         * @description When the broker cannot be reached an event `trouble` says so, and the stream goes on.
         */
        get: operations["follow_tasks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists your conversations */
        get: operations["list_conversations"];
        put?: never;
        /** Begins a conversation */
        post: operations["create_conversation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a conversation */
        get: operations["get_conversation"];
        put?: never;
        post?: never;
        /** Deletes a conversation with all its messages */
        delete: operations["delete_conversation"];
        options?: never;
        head?: never;
        /** Renames a conversation */
        patch: operations["rename_conversation"];
        trace?: never;
    };
    "/api/v1/conversations/{id}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the messages of a conversation, newest first */
        get: operations["list_messages"];
        put?: never;
        /**
         * Says something and streams the reply
         * @description The reply is written to its end whether or not the stream is read; come back to it with `stream_reply`.
         */
        post: operations["send_message"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/help": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists help lines, and whether the card should be on the screen right now
         * @description Open to everybody, signed in or not.
         */
        get: operations["get_help"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/help/signals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Forgets every sign of danger that is kept with your messages
         * @description The messages stay. The card goes, because nothing is known any more that would keep it.
         */
        delete: operations["forget_signals"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists your newest messages over all conversations */
        get: operations["list_history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/instance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tells what this instance is and who can sign up */
        get: operations["get_instance"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows your account */
        get: operations["get_me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Changes your account */
        patch: operations["update_me"];
        trace?: never;
    };
    "/api/v1/me/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Changes your password and signs out every other browser */
        post: operations["change_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/memories": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists what is remembered about you */
        get: operations["list_memories"];
        put?: never;
        /** Has something remembered in your own words */
        post: operations["create_memory"];
        /**
         * Forgets everything that is remembered about you
         * @description Conversations stay; nothing that was said until now is recalled any more.
         */
        delete: operations["forget_memories"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/memories/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows whether remembering is paused */
        get: operations["get_memory_settings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Pauses or resumes remembering */
        patch: operations["change_memory_settings"];
        trace?: never;
    };
    "/api/v1/memories/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a memory */
        get: operations["get_memory"];
        put?: never;
        post?: never;
        /**
         * Forgets a memory, everywhere and at once
         * @description The messages it came from stay in their conversation; they are not recalled any more, and do not teach it again.
         */
        delete: operations["forget_memory"];
        options?: never;
        head?: never;
        /**
         * Corrects, pins or rejects a memory
         * @description A correction answers with a new memory that takes its place.
         */
        patch: operations["change_memory"];
        trace?: never;
    };
    "/api/v1/messages/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a message */
        get: operations["get_message"];
        put?: never;
        post?: never;
        /**
         * Deletes a message
         * @description What followed it stays.
         */
        delete: operations["delete_message"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/messages/{id}/activate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Shows the branch of the conversation that this message is on */
        post: operations["activate_message"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/messages/{id}/edit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Says an earlier message again in other words and streams the reply */
        post: operations["edit_message"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/messages/{id}/memories": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows what a message taught, or what a reply was given to go by */
        get: operations["list_message_memories"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/messages/{id}/regenerate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Streams another reply to the same message */
        post: operations["regenerate_reply"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/messages/{id}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stops a reply and keeps what came */
        post: operations["stop_reply"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/messages/{id}/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Comes back to a reply, from where the stream was left */
        get: operations["stream_reply"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/messages/{id}/variants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the variants of a message */
        get: operations["list_variants"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/model": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tells which language model answers and whether it can be reached */
        get: operations["get_model_status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mood": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows your mood day by day
         * @description A point is `self_reported` where you said it yourself, else `inferred` from your messages.
         */
        get: operations["get_mood"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mood/check-ins/{day}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Says how you feel today, or how you felt on a day
         * @description Your own word outranks whatever is read out of your messages. A second one on the same day replaces the first.
         */
        put: operations["set_check_in"];
        post?: never;
        /** Takes back what you said about a day */
        delete: operations["delete_check_in"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mood/days/{day}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists your messages of a day with what each sounds like, at most 200 */
        get: operations["list_mood_messages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mood/insights": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists what was concluded from your messages, day by day, newest first */
        get: operations["list_insights"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/personality": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows your personality as far as it is known
         * @description Each trait is a distribution: a mean and a variance on 0 to 100, with the interval that holds it with 95 %. With
         *     `evidence` 0 it is that of people in general and says nothing of you.
         */
        get: operations["get_personality"];
        put?: never;
        post?: never;
        /**
         * Forgets all that is known of your personality
         * @description Evidence, vetoes, locks, history and answers are gone, and what you have said so far is not learnt from again.
         */
        delete: operations["reset_personality"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/personality/context": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows what a reply needs to know of you
         * @description How to speak with you now, your own word on your mood, what your messages sounded like, and the traits that stand out.
         *     It is kept in the cache under `personality:context:{user_id}` for 30 minutes, where other front ends find it, and
         *     dropped at every change.
         */
        get: operations["get_personality_context"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/personality/evidence": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists everything your profile rests on, with what each piece does */
        get: operations["list_evidence"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/personality/evidence/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Strikes a cue out
         * @description The profile is worked out again without it, and it is not learnt again.
         */
        delete: operations["veto_evidence"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/personality/evidence/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lets a cue count again that was struck out */
        post: operations["restore_evidence"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/personality/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows how your personality was seen over time
         * @description A change is called one only beyond what two sittings differ by chance; until then a trait is `steady`.
         */
        get: operations["get_personality_history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/personality/questionnaire": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows the questionnaire, with what you have answered in the sitting under way */
        get: operations["get_questionnaire"];
        put?: never;
        /**
         * Answers sentences of the questionnaire
         * @description A sitting can be left and taken up again. A trait with fewer than two answers is not scored.
         */
        post: operations["answer_questionnaire"];
        /**
         * Forgets the answers of the sitting under way
         * @description What an earlier, finished sitting said stays.
         */
        delete: operations["restart_questionnaire"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/personality/traits/{trait}/lock": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Holds a trait where it is
         * @description Evidence goes on being found and shown, and moves the trait again once it is unlocked.
         */
        put: operations["lock_trait"];
        post?: never;
        /** Lets a trait move again */
        delete: operations["unlock_trait"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Searches your messages */
        get: operations["search_messages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Signs in */
        post: operations["sign_in"];
        /** Signs out */
        delete: operations["sign_out"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the browsers you are signed in with */
        get: operations["list_sessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Signs a browser out */
        delete: operations["revoke_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists your API tokens */
        get: operations["list_tokens"];
        put?: never;
        /** Makes an API token */
        post: operations["create_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revokes an API token */
        delete: operations["revoke_token"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description An answer to one sentence. */
        AnswerItem: {
            /**
             * Format: int32
             * @description 1 to 5; null leaves the sentence out.
             */
            answer?: number | null;
            /**
             * Format: int32
             * @description Number of the sentence, 1 to 20.
             */
            item: number;
        };
        /** @description Answers to keep. */
        AnswerQuestionnaire: {
            /** @description As many as you like; each is kept at once, and a later one for the same sentence replaces it. */
            answers: components["schemas"]["AnswerItem"][];
            /** @description True ends the sitting with what there is. It ends by itself once every sentence is answered or left out. */
            finish?: boolean;
        };
        /**
         * @description What wrote the companion's message.
         * @enum {string}
         */
        AnsweredBy: "model" | "listener" | "safety";
        /** @description A token that a program signs in with; the token itself is shown once and never stored. */
        ApiToken: {
            /** @description When it was made. */
            created_at: components["schemas"]["Timestamp"];
            /** @description Which token. */
            id: components["schemas"]["ApiTokenId"];
            last_used_at?: components["schemas"]["Timestamp"] | null;
            /** @description What its owner calls it. */
            name: string;
            /** @description Whose. */
            user_id: components["schemas"]["UserId"];
        };
        /**
         * Format: uuid
         * @description A token that a program signs in with.
         */
        ApiTokenId: string;
        /** @description Tokens, newest first. */
        ApiTokenList: {
            items: components["schemas"]["ApiToken"][];
        };
        /**
         * @description Where a trait lies, in one word. Low is below 40, high from 70, by whole points as they are shown.
         * @enum {string}
         */
        Band: "low" | "moderate" | "high";
        ChangeMemory: {
            /** @description What it should say instead, 1 to 300 characters. The older form is kept as rejected. */
            object?: string | null;
            /** @description Pinned memories never fade. */
            pinned?: boolean | null;
            /** @description True: this is wrong; it is not used and not learnt again. */
            rejected?: boolean | null;
        };
        /** @description The old password and the new one. */
        ChangePassword: {
            /** Format: password */
            current_password: string;
            /**
             * Format: password
             * @description 10 to 200 characters.
             */
            new_password: string;
        };
        /** @description What a person said themselves about a day. It outranks whatever is read out of their messages. */
        CheckIn: {
            /** @description When it was first said. */
            created_at: components["schemas"]["Timestamp"];
            /** @description The day where the person is, as `YYYY-MM-DD`. */
            day: string;
            /** @description Name of the mood. */
            mood: string;
            /** @description In their own words, if they wrote some. */
            note?: string | null;
            /** @description When it last changed. */
            updated_at: components["schemas"]["Timestamp"];
        };
        /** @description A conversation. */
        Conversation: {
            /** @description When it began. */
            created_at: components["schemas"]["Timestamp"];
            /** @description Which conversation. */
            id: components["schemas"]["ConversationId"];
            /** @description The first 120 characters of the newest shown message. */
            last_message?: string | null;
            /** @description What the list calls it; empty until something names it. */
            title: string;
            /** @description Whether the person named it, so that nothing else renames it. */
            title_is_custom: boolean;
            /** @description When the last message came. */
            updated_at: components["schemas"]["Timestamp"];
        };
        /**
         * Format: uuid
         * @description A conversation.
         */
        ConversationId: string;
        /** @description A page of conversations, the one with the newest message first. */
        ConversationPage: {
            items: components["schemas"]["Conversation"][];
            /** @description Pass as `cursor` for the next page; none at the end. */
            next_cursor?: string | null;
        };
        /** @description Somebody who wants an account. */
        CreateAccount: {
            /** @description What to be called; the username, unless given. */
            display_name?: string | null;
            /** @description The code of an invitation, where one is needed. */
            invite_code?: string | null;
            /**
             * Format: password
             * @description 10 to 200 characters.
             */
            password: string;
            /** @description 3 to 32 letters, digits, dots, hyphens and underscores. */
            username: string;
        };
        CreateConversation: {
            /** @description A name; otherwise the first message names it. */
            title?: string | null;
        };
        CreateMemory: {
            kind?: components["schemas"]["MemoryKind"] | null;
            /** @description What to remember, 1 to 300 characters. */
            object: string;
            /** @description What is said, such as `lives_in`; a note in your own words if left out. */
            predicate?: string | null;
        };
        /** @description A token to make. */
        CreateToken: {
            /** @description What it is for, 1 to 64 characters. */
            name: string;
        };
        /**
         * @description What found a fact.
         * @enum {string}
         */
        CreatedBy: "rule" | "model" | "user";
        /** @description One dead letter in a list. */
        DeadTask: {
            /** @description When (RFC 3339). */
            died_at: string;
            /** @description Names the letter. */
            id: string;
            /** @description The queue that it came from. */
            queue: string;
            /** @description Why it died. */
            reason: string;
            /** @description Name of the task, if that much could be read. */
            task?: string | null;
            /** @description Id of the task, if that much could be read. */
            task_id?: string | null;
        };
        /** @description How many letters were dealt with. */
        DeadTaskCount: {
            /**
             * Format: int64
             * @description How many.
             */
            count: number;
        };
        /** @description One dead letter with its call. */
        DeadTaskDetail: components["schemas"]["DeadTask"] & {
            /** @description Positional arguments as a monitor may show them. */
            args?: string | null;
            /**
             * Format: int32
             * @description How often it was started; none if the message cannot be read.
             */
            attempts?: number | null;
            /** @description Keyword arguments as a monitor may show them. */
            kwargs?: string | null;
        };
        /** @description A part of the list, the newest first. */
        DeadTaskPage: {
            /** @description The part. */
            items: components["schemas"]["DeadTask"][];
            /**
             * Format: int64
             * @description Length of the whole list.
             */
            total: number;
        };
        /** @description The next words of a reply. */
        Delta: {
            /** @description To be added to what came before. */
            text: string;
        };
        /** @description The end of a reply. */
        Done: {
            /** @description The reply as stored; its status tells whether it is complete or was stopped. */
            message: components["schemas"]["Message"];
        };
        /**
         * Format: uuid
         * @description One thing that a profile rests on.
         */
        EvidenceId: string;
        /** @description One thing that your profile rests on. */
        EvidenceItem: {
            /** @description Stable name within its source. */
            cue: string;
            /**
             * Format: double
             * @description Points by which the trait would differ without it. 0 when struck out, or while the trait is locked.
             */
            delta: number;
            expires_at?: components["schemas"]["Timestamp"] | null;
            /** @description When it was last found. */
            found_at: components["schemas"]["Timestamp"];
            id: components["schemas"]["EvidenceId"];
            /** @description The cue in words. */
            label: string;
            /** @description Messages it was found in. */
            message_ids: components["schemas"]["MessageId"][];
            source: components["schemas"]["Source"];
            /** @description The trait it speaks of. */
            trait: components["schemas"]["Trait"];
            vetoed_at?: components["schemas"]["Timestamp"] | null;
            /**
             * Format: double
             * @description How much it counts now; what is known of people in general counts 1. 0 when struck out.
             */
            weight: number;
        };
        /** @description All that your profile rests on. */
        EvidenceList: {
            items: components["schemas"]["EvidenceItem"][];
        };
        /** @description The end of a reply that broke off. */
        Failed: {
            /** @description Stable name for programs. */
            code: string;
            /** @description What happened and what to do. */
            detail: string;
            /** @description The reply with the text that was kept. */
            message: components["schemas"]["Message"];
        };
        /** @description One field that does not fit. */
        FieldError: {
            /** @description Stable name for programs, such as `too_long`. */
            code: string;
            /** @description What to change, for people. */
            detail: string;
            /** @description The field's name in the request body. */
            field: string;
        };
        /** @description How much was forgotten. */
        Forgotten: {
            /**
             * Format: int64
             * @description How many memories.
             */
            count: number;
        };
        /** @description The card shown above the composer and on the help page. */
        HelpCard: {
            /** @description Two-letter code of the country of the lines; empty when there are only the international ones. */
            country: string;
            /**
             * Format: int32
             * @description The active crisis level, 0 when none.
             */
            level: number;
            /** @description The country's lines, then the lines for every country. */
            lines: components["schemas"]["HelpLine"][];
            /** @description The day every line was last confirmed with the service, as `YYYY-MM-DD`; empty when that is still to be done. */
            verified_on: string;
        };
        /** @description One place to turn to. */
        HelpLine: {
            /** @description How it is reached: `call`, `text`, `web` or `person`. */
            channel: string;
            /** @description When it answers, when known. */
            hours?: string | null;
            /** @description A `tel:`, `sms:` or `https:` link, when there is one. */
            href?: string | null;
            /** @description Name as the service calls itself. */
            name: string;
            /** @description What to dial, what to text to which number, or the address of a site; empty for a trusted person. */
            number: string;
        };
        /** @description What the messages of a day sounded like. */
        InferredMood: {
            /**
             * Format: int64
             * @description How many messages there were.
             */
            messages: number;
            /** @description The mood that came most often. */
            mood: string;
            /** @description Messages by mood. */
            moods: {
                [key: string]: number;
            };
            /**
             * Format: double
             * @description Mean sentiment, from 0 to 1.
             */
            score: number;
        };
        /** @description Insights, newest first. */
        Insights: {
            items: components["schemas"]["SentimentInsight"][];
        };
        /** @description What can be known before signing in. */
        Instance: {
            /** @description `Bondhu`. */
            name: string;
            /** @description Who can make an account right now. */
            sign_up: components["schemas"]["SignUp"];
            /** @description The version of the server. */
            version: string;
        };
        /** @description An invitation to make an account. */
        Invite: {
            created_at: components["schemas"]["Timestamp"];
            expires_at: components["schemas"]["Timestamp"];
            id: components["schemas"]["InviteId"];
            used_at: components["schemas"]["Timestamp"] | null;
            /** @description The username of whoever used it. */
            used_by: string | null;
        };
        /**
         * Format: uuid
         * @description An invitation to sign up.
         */
        InviteId: string;
        /** @description Invitations, newest first. */
        InviteList: {
            items: components["schemas"]["Invite"][];
        };
        /** @description How many memories of a kind are in use. */
        KindCount: {
            /** Format: int64 */
            count: number;
            kind: components["schemas"]["MemoryKind"];
        };
        /** @description Something remembered about a person. */
        Memory: {
            /**
             * Format: double
             * @description How sure it is, from 0 to 1.
             */
            confidence: number;
            /** @description When it was learnt. */
            created_at: components["schemas"]["Timestamp"];
            /** @description What found it. */
            created_by: components["schemas"]["CreatedBy"];
            event_at?: components["schemas"]["Timestamp"] | null;
            /** @description Which. */
            id: components["schemas"]["MemoryId"];
            /**
             * Format: double
             * @description How much it matters, from 0 to 1.
             */
            importance: number;
            /** @description What it is about. */
            kind: components["schemas"]["MemoryKind"];
            last_used_at?: components["schemas"]["Timestamp"] | null;
            /**
             * Format: int64
             * @description How often it was said.
             */
            mentions: number;
            /** @description What completes it, such as `Pune`, in the person's own words. */
            object: string;
            /** @description Whether it affirms or denies. */
            polarity: components["schemas"]["Polarity"];
            /** @description What is said, such as `lives_in`. */
            predicate: string;
            /** @description Whether it is used. */
            status: components["schemas"]["MemoryStatus"];
            /** @description Whom it is about: `user`. */
            subject: string;
            superseded_by?: components["schemas"]["MemoryId"] | null;
            /** @description When it last changed. */
            updated_at: components["schemas"]["Timestamp"];
            /**
             * Format: int64
             * @description In how many replies it was used.
             */
            uses: number;
            /** @description Since when it holds, as far as is known. */
            valid_from: components["schemas"]["Timestamp"];
            valid_to?: components["schemas"]["Timestamp"] | null;
        };
        /**
         * Format: uuid
         * @description Something remembered about a person.
         */
        MemoryId: string;
        /** @description A memory with the messages that it was said in. */
        MemoryItem: components["schemas"]["Memory"] & {
            /** @description It in a few words, such as `sister: Asha`. */
            line: string;
            /** @description The messages that it was said in, oldest first. */
            sources: components["schemas"]["MemorySource"][];
        };
        /**
         * @description What a memory is about.
         * @enum {string}
         */
        MemoryKind: "identity" | "place" | "work" | "study" | "people" | "pets" | "likes" | "goals" | "plans" | "health" | "habits" | "things" | "languages" | "beliefs" | "other";
        /** @description Part of what is remembered. */
        MemoryPage: {
            /** @description How many are in use, by kind. */
            counts: components["schemas"]["KindCount"][];
            /** @description Last learnt first. */
            items: components["schemas"]["MemoryItem"][];
            older?: components["schemas"]["MemoryId"] | null;
            /** @description Nothing new is learnt, and nothing is recalled. */
            paused: boolean;
        };
        /** @description A message that a memory was said in. */
        MemorySource: {
            /** @description Where it was said. */
            conversation_id: components["schemas"]["ConversationId"];
            /** @description The memory. */
            memory_id: components["schemas"]["MemoryId"];
            /** @description The message. */
            message_id: components["schemas"]["MessageId"];
            /** @description The first 300 characters of it. */
            quote: string;
            /** @description When it was said. */
            said_at: components["schemas"]["Timestamp"];
        };
        /**
         * @description Whether a fact is used.
         * @enum {string}
         */
        MemoryStatus: "active" | "superseded" | "rejected" | "pinned";
        /** @description A message. */
        Message: {
            answered_by?: components["schemas"]["AnsweredBy"] | null;
            /**
             * Format: double
             * @description From 0 to 1: how sure that reading is.
             */
            confidence?: number | null;
            /** @description Where it was said. */
            conversation_id: components["schemas"]["ConversationId"];
            /** @description When it was begun. */
            created_at: components["schemas"]["Timestamp"];
            /** @description Why it failed. */
            error_code?: string | null;
            /** @description Which message. */
            id: components["schemas"]["MessageId"];
            /**
             * Format: int64
             * @description How many facts were first learnt from it.
             */
            memories_learnt?: number;
            /**
             * Format: int64
             * @description How many memories the reply was given to go by.
             */
            memories_used?: number;
            /** @description The language model's name. */
            model?: string | null;
            /** @description The mood it was written in. */
            mood?: string | null;
            parent_id?: components["schemas"]["MessageId"] | null;
            /** @description Who wrote it. */
            sender: components["schemas"]["Sender"];
            /**
             * Format: double
             * @description From 0 (bad) to 1 (good), 0.5 is neutral.
             */
            sentiment?: number | null;
            /** @description How far it has come. */
            status: components["schemas"]["Status"];
            /** @description What it says; so far, while it is streaming. */
            text: string;
            /** @description When it last changed. */
            updated_at: components["schemas"]["Timestamp"];
            /**
             * Format: int64
             * @description Its number among its variants, oldest first, from 1.
             */
            variant: number;
            /**
             * Format: int64
             * @description How many variants there are, itself included.
             */
            variants: number;
        };
        /**
         * Format: uuid
         * @description A message; ids on the shown path of a conversation rise from parent to child.
         */
        MessageId: string;
        /** @description What a message taught and what a reply was given to go by. */
        MessageMemories: {
            /** @description First learnt from this message. */
            learnt: components["schemas"]["MemoryItem"][];
            /** @description Given to this reply. */
            used: components["schemas"]["UsedMemory"][];
        };
        /** @description Part of a conversation's shown path. */
        MessagePage: {
            /** @description The messages, newest first. */
            items: components["schemas"]["Message"][];
            newer?: components["schemas"]["MessageId"] | null;
            older?: components["schemas"]["MessageId"] | null;
        };
        /**
         * @description Whether a model answers.
         * @enum {string}
         */
        ModelState: "ready" | "unreachable" | "none";
        /** @description Whether a model can answer right now. */
        ModelStatus: {
            /** @description What this means and, if something is wrong, what to do. */
            detail: string;
            /** @description Whether messages are sent to another machine. */
            leaves_machine: boolean;
            /** @description The model's name at its provider. */
            model?: string | null;
            /** @description The provider's short name. */
            provider?: string | null;
            /** @description Whether it answers. */
            state: components["schemas"]["ModelState"];
        };
        /** @description A mood that can be chosen. */
        MoodChoice: {
            /** @description Its name. */
            mood: string;
            /**
             * Format: double
             * @description Where it is drawn, from 0 (bad) to 1 (good).
             */
            score: number;
        };
        /** @description One day of the timeline. */
        MoodDay: {
            check_in?: components["schemas"]["CheckIn"] | null;
            /** @description The day where the person is, as `YYYY-MM-DD`. */
            day: string;
            inferred?: components["schemas"]["InferredMood"] | null;
            /** @description Name of the mood. */
            mood: string;
            /**
             * Format: double
             * @description From 0 (bad) to 1 (good).
             */
            score: number;
            /** @description Whether the person said it or their messages did. Their own word always comes first. */
            source: components["schemas"]["PointSource"];
        };
        /** @description A message behind a point. */
        MoodMessage: {
            /**
             * Format: double
             * @description From 0 to 1: how sure the reading is.
             */
            confidence?: number | null;
            /** @description Where it was said. */
            conversation_id: components["schemas"]["ConversationId"];
            created_at: components["schemas"]["Timestamp"];
            id: components["schemas"]["MessageId"];
            mood?: string | null;
            /**
             * Format: double
             * @description From 0 (bad) to 1 (good).
             */
            sentiment?: number | null;
            text: string;
        };
        /** @description The messages behind a point, oldest first. */
        MoodMessages: {
            items: components["schemas"]["MoodMessage"][];
        };
        /** @description A person's moods over the days. */
        MoodTimeline: {
            /** @description The moods that a check-in can have, from the good to the heavy. */
            choices: components["schemas"]["MoodChoice"][];
            /** @description Oldest first; days of which nothing is known are left out. */
            days: components["schemas"]["MoodDay"][];
            insight?: components["schemas"]["SentimentInsight"] | null;
            /** @description Today where the person is, as `YYYY-MM-DD`. */
            today: string;
        };
        /** @description A token that has just been made. */
        NewApiToken: {
            item: components["schemas"]["ApiToken"];
            /** @description The token itself. It is shown this once. */
            token: string;
        };
        /** @description An invitation that has just been made. */
        NewInvite: {
            /** @description The code to hand on. It is shown this once. */
            code: string;
            item: components["schemas"]["Invite"];
        };
        /** @description What a person last said themselves about their mood. */
        OwnWord: {
            /** @description The day where they are, as `YYYY-MM-DD`. */
            day: string;
            /** @description Name of the mood. */
            mood: string;
        };
        /** @description What a reply needs to know of the person. Holds no text of theirs and no crisis level. */
        PersonalityContext: {
            check_in?: components["schemas"]["OwnWord"] | null;
            insight?: components["schemas"]["SentimentInsight"] | null;
            /** @description Whether their mood has swung so much that a steady counterpart helps. */
            needs_consistency: boolean;
            /** @description How to speak with them. */
            style: components["schemas"]["Style"];
            /** @description Traits that stand out. */
            traits: components["schemas"]["TraitHint"][];
        };
        /** @description How a profile has changed. */
        PersonalityHistory: {
            /** @description Now against the sitting before the last one, or against the beginning. */
            changes: components["schemas"]["TraitChange"][];
            /** @description The profile as it was, newest first, at most 200 times. */
            items: components["schemas"]["PersonalitySnapshot"][];
        };
        /** @description What is known of a person. */
        PersonalityProfile: {
            questionnaire_at?: components["schemas"]["Timestamp"] | null;
            /** @description How many of its items are answered or left out in the sitting under way; 0 without one. */
            questionnaire_progress: number;
            retake_at?: components["schemas"]["Timestamp"] | null;
            /** @description What it rests on, by source. */
            sources: components["schemas"]["SourceSummary"][];
            /** @description The five traits. */
            traits: components["schemas"]["TraitEstimate"][];
        };
        /** @description A profile as it was. */
        PersonalitySnapshot: {
            /** @description When. */
            at: components["schemas"]["Timestamp"];
            /** @description What had happened: `questionnaire`, `learnt`, `veto` or `lock`. */
            reason: string;
            /** @description The traits then. */
            traits: components["schemas"]["TraitEstimate"][];
        };
        /** @description A stretch of text that matches throughout or not at all. */
        Piece: {
            /** @description Whether it matches. */
            hit: boolean;
            /** @description The text as it was written. */
            text: string;
        };
        /**
         * @description Where a point comes from.
         * @enum {string}
         */
        PointSource: "self_reported" | "inferred";
        /**
         * @description Whether a fact affirms or denies.
         * @enum {string}
         */
        Polarity: "positive" | "negative";
        /** @description The body of an error answer. */
        Problem: {
            /** @description Stable name for programs. */
            code: string;
            /** @description What happened and what to do. */
            detail: string;
            /** @description The fields that do not fit. */
            errors?: components["schemas"]["FieldError"][];
            reply_id?: components["schemas"]["MessageId"] | null;
            /** @description The id of the request, as in the logs and in `X-Request-Id`. */
            request_id: string;
            /**
             * Format: int64
             * @description Seconds to wait before trying again, as in `Retry-After`.
             */
            retry_after_secs?: number | null;
            /**
             * Format: int32
             * @description The HTTP status.
             */
            status: number;
            /** @description The HTTP status in words. */
            title: string;
            /** @description A name for the kind of problem, as a URN. */
            type: string;
        };
        /** @description The questionnaire and the sitting under way. */
        Questionnaire: {
            finished_at?: components["schemas"]["Timestamp"] | null;
            /** @description The sentences in the order in which they are asked. */
            items: components["schemas"]["QuestionnaireItem"][];
            retake_at?: components["schemas"]["Timestamp"] | null;
        };
        /** @description One sentence and what was answered. */
        QuestionnaireItem: {
            /**
             * Format: int32
             * @description 1 (very inaccurate) to 5 (very accurate); null if not answered.
             */
            answer?: number | null;
            /** @description Whether it was left out on purpose. */
            left_out: boolean;
            /**
             * Format: int32
             * @description Its number, from 1.
             */
            number: number;
            /** @description What it says; it goes on from "I ...". */
            text: string;
        };
        /** @description Whether remembering is paused. */
        RememberingSettings: {
            /** @description Nothing new is learnt, and nothing is recalled. */
            paused: boolean;
        };
        RenameConversation: {
            /** @description 1 to 120 characters. */
            title: string;
        };
        /** @description One task that runs. */
        RunningTask: {
            /** @description Its id. */
            id: string;
            /** @description The queue it came from. */
            queue?: string | null;
            /**
             * Format: double
             * @description Seconds since it started.
             */
            running_secs?: number | null;
            /** @description Its name. */
            task: string;
        };
        /** @description One entry of the schedule. */
        ScheduledEntry: {
            /** @description The last time it was due and sent (RFC 3339). */
            last_run?: string | null;
            /**
             * Format: int64
             * @description By how much the last run was late, in milliseconds.
             */
            late_ms?: number | null;
            /** @description Its name. */
            name: string;
            /** @description The next time it is due (RFC 3339). */
            next_run?: string | null;
            /** @description When, in the notation of the schedule. */
            schedule: string;
            /**
             * Format: int64
             * @description How often it was due and not sent, because nobody was there in time.
             */
            skipped: number;
            /** @description The task it sends. */
            task: string;
            /**
             * Format: int64
             * @description How often it has been sent.
             */
            total_runs: number;
        };
        /** @description A message that was found. */
        SearchHit: {
            conversation_id: components["schemas"]["ConversationId"];
            conversation_title: string;
            created_at: components["schemas"]["Timestamp"];
            message_id: components["schemas"]["MessageId"];
            sender: components["schemas"]["Sender"];
            /** @description The text around the first hit, in pieces. */
            snippet: components["schemas"]["Piece"][];
        };
        /** @description Messages that were found, newest first. */
        SearchHits: {
            items: components["schemas"]["SearchHit"][];
            older?: components["schemas"]["MessageId"] | null;
        };
        SendMessage: {
            /** @description 1 to 5,000 characters. */
            text: string;
        };
        /**
         * @description Who wrote a message.
         * @enum {string}
         */
        Sender: "user" | "companion";
        /** @description What a person's messages of a day sounded like, put together. */
        SentimentInsight: {
            /** @description The mood that came most often. */
            dominant_mood: string;
            /** @description The beginning of the span. */
            from_at: components["schemas"]["Timestamp"];
            /**
             * Format: double
             * @description Mean sentiment, from 0 to 1.
             */
            mean: number;
            /**
             * Format: int64
             * @description How many messages it rests on.
             */
            messages: number;
            /** @description Shares of the moods; together 1. */
            moods: {
                [key: string]: number;
            };
            /** @description Its end: the newest message. */
            to_at: components["schemas"]["Timestamp"];
            /** @description `rising`, `steady` or `falling` against the span before; `unknown` without one. */
            trend: string;
            /**
             * Format: double
             * @description Standard deviation of the sentiment.
             */
            volatility: number;
        };
        /** @description One browser that is signed in. */
        Session: {
            created_at: components["schemas"]["Timestamp"];
            /** @description Whether this request came from it. */
            current: boolean;
            id: components["schemas"]["SessionId"];
            /** @description To the hour. */
            last_seen_at: components["schemas"]["Timestamp"];
            /** @description What the browser calls itself. */
            user_agent: string;
        };
        /**
         * Format: uuid
         * @description One browser's signed-in session.
         */
        SessionId: string;
        /** @description Browsers, last used first. */
        SessionList: {
            items: components["schemas"]["Session"][];
        };
        /** @description What you say about your day yourself. */
        SetCheckIn: {
            /** @description One of the `choices` of the timeline. */
            mood: string;
            /** @description In your own words, up to 500 characters. */
            note?: string | null;
        };
        /** @description A username and the password that goes with it. */
        SignIn: {
            /** Format: password */
            password: string;
            username: string;
        };
        /**
         * @description Who can make an account right now.
         * @enum {string}
         */
        SignUp: "first" | "open" | "invite" | "closed";
        /**
         * @description Who may make an account.
         * @enum {string}
         */
        SignUpMode: "open" | "invite" | "closed";
        /** @description Who may make an account. */
        SignUpSetting: {
            mode: components["schemas"]["SignUpMode"];
        };
        /** @description The person who is signed in from now on. */
        SignedInUser: {
            user: components["schemas"]["User"];
        };
        /**
         * @description Where a piece of evidence comes from.
         * @enum {string}
         */
        Source: "questionnaire" | "chat" | "music" | "video";
        /** @description How much one source has contributed. */
        SourceSummary: {
            /** @description Cues that count. */
            counting: number;
            source: components["schemas"]["Source"];
            /** @description Cues that were struck out. */
            vetoed: number;
        };
        /** @description The first event of a new turn. */
        Started: {
            /** @description The conversation, with its title. */
            conversation: components["schemas"]["Conversation"];
            help?: components["schemas"]["HelpCard"] | null;
            /** @description The reply, still empty. */
            reply: components["schemas"]["Message"];
            user_message?: components["schemas"]["Message"] | null;
        };
        /**
         * @description How far a message has come.
         * @enum {string}
         */
        Status: "complete" | "streaming" | "stopped" | "interrupted" | "failed";
        /** @description The events of a reply, by the name in their `event:` line; `data:` is the content. */
        StreamEvent: {
            /** @description The message is stored and the reply begins. */
            started: components["schemas"]["Started"];
        } | {
            /** @description The next words. */
            delta: components["schemas"]["Delta"];
        } | {
            /** @description The reply as it is stored. */
            done: components["schemas"]["Done"];
        } | {
            /** @description The reply broke off; what came is kept in the message. */
            failed: components["schemas"]["Failed"];
        };
        /**
         * @description How to speak with somebody now.
         * @enum {string}
         */
        Style: "gentle" | "balanced" | "upbeat";
        /** @description What all background work looks like at one moment. */
        TaskOverview: {
            /**
             * Format: int64
             * @description How many dead letters there are.
             */
            dead_letters: number;
            /** @description The moment (RFC 3339). */
            now: string;
            /**
             * Format: int64
             * @description How many rows wait to be handed to the broker.
             */
            outbox: number;
            /** @description Each queue. */
            queues: components["schemas"]["TaskQueue"][];
            /** @description Each entry of the schedule. */
            schedule: components["schemas"]["ScheduledEntry"][];
            /** @description Where messages wait: `memory`, `sqlite` or `redis`. */
            transport: string;
            /** @description Each worker that answers. */
            workers: components["schemas"]["TaskWorker"][];
        };
        /** @description One queue. */
        TaskQueue: {
            /** @description Its name. */
            name: string;
            /**
             * Format: int64
             * @description Age in seconds of the message that has waited longest, where its sender said when.
             */
            oldest_secs?: number | null;
            /**
             * Format: int64
             * @description Messages whose time has not come.
             */
            scheduled: number;
            /**
             * Format: int64
             * @description Messages that wait for a worker.
             */
            waiting: number;
            /** @description Of these, by priority: 0 (most urgent), 3, 6, 9. */
            waiting_by_priority: number[];
        };
        /** @description One worker. */
        TaskWorker: {
            /**
             * Format: int64
             * @description How many tasks it runs side by side.
             */
            concurrency?: number | null;
            /**
             * Format: int64
             * @description Of these, those that failed for good.
             */
            failed?: number | null;
            /** @description `name@host`. */
            hostname: string;
            /**
             * Format: int64
             * @description Its process.
             */
            pid?: number | null;
            /**
             * Format: int64
             * @description Runs that have come to an end.
             */
            processed?: number | null;
            /**
             * Format: int64
             * @description Of these, those that will be tried again.
             */
            retried?: number | null;
            /** @description What it runs now. */
            running: components["schemas"]["RunningTask"][];
            /**
             * Format: int64
             * @description Seconds since it started.
             */
            uptime_secs?: number | null;
        };
        /**
         * Format: date-time
         * @description Milliseconds since 1970-01-01 UTC. Serialises as RFC 3339 with milliseconds: `2025-03-01T08:00:00.000Z`.
         */
        Timestamp: string;
        /**
         * @description One of the five broad traits.
         * @enum {string}
         */
        Trait: "openness" | "conscientiousness" | "extraversion" | "agreeableness" | "neuroticism";
        /** @description One trait, before and now. */
        TraitChange: {
            /**
             * Format: double
             * @description Its mean then.
             */
            before: number;
            /**
             * Format: double
             * @description Points by which it would have to differ to count: 1.96 * SEM * sqrt(2).
             */
            needed: number;
            /**
             * Format: double
             * @description Its mean now.
             */
            now: number;
            /** @description What it is compared with. */
            since: components["schemas"]["Timestamp"];
            /** @description Which trait. */
            trait: components["schemas"]["Trait"];
            /** @description What that comes to. */
            verdict: components["schemas"]["Verdict"];
        };
        /** @description One trait as far as it is known. */
        TraitEstimate: {
            /** @description The mean in one word. */
            band: components["schemas"]["Band"];
            /** @description How many pieces of evidence count. With none the mean is that of people in general and says nothing of this one. */
            evidence: number;
            /**
             * Format: double
             * @description The upper end.
             */
            high: number;
            /** @description Held where it is, whatever is found out. */
            locked: boolean;
            /**
             * Format: double
             * @description The lower end of the interval that holds it with 95 %.
             */
            low: number;
            /**
             * Format: double
             * @description The best guess, 0 to 100.
             */
            mean: number;
            /** @description Which trait. */
            trait: components["schemas"]["Trait"];
            /**
             * Format: double
             * @description How uncertain it is: the variance in points squared.
             */
            variance: number;
        };
        /** @description A trait that is worth knowing in a conversation. */
        TraitHint: {
            /** @description The same in one word. */
            band: components["schemas"]["Band"];
            /**
             * Format: double
             * @description Its mean, 0 to 100.
             */
            mean: number;
            /** @description Which trait. */
            trait: components["schemas"]["Trait"];
        };
        /** @description What to change; a field that is left out stays as it is. */
        UpdateMe: {
            /** @description Two letters (ISO 3166-1), for local help lines; null forgets it. */
            country?: string | null;
            /** @description 1 to 64 characters. */
            display_name?: string | null;
        };
        /** @description A memory that a reply was given to go by. */
        UsedMemory: {
            memory?: components["schemas"]["MemoryItem"] | null;
            /**
             * Format: double
             * @description How well it fitted; comparable within one reply.
             */
            score: number;
            /**
             * @description What the score is made of: `words`, `related`, `neighbours`, `conversation`, all multiplied by `factor`. Where an
             *     embedding model is set, also how near it is in `meaning`, and its places in both rankings, `words_rank` and
             *     `meaning_rank`, which the score is then made of.
             */
            signals: {
                [key: string]: number;
            };
            source?: components["schemas"]["MemorySource"] | null;
        };
        /** @description A person with an account. */
        User: {
            /** @description ISO 3166 alpha-2 code, for local help lines. */
            country?: string | null;
            /** @description When the account was made. */
            created_at: components["schemas"]["Timestamp"];
            /** @description The name to be called by. */
            display_name: string;
            /** @description Who. */
            id: components["schemas"]["UserId"];
            /** @description Whether this person runs the instance; true for the first account. */
            is_owner: boolean;
            /** @description When the account last changed. */
            updated_at: components["schemas"]["Timestamp"];
            /** @description The name to sign in with, as typed at sign-up; upper and lower case count as the same. */
            username: string;
        };
        /**
         * Format: uuid
         * @description A person with an account.
         */
        UserId: string;
        /** @description The variants of a message, oldest first. */
        Variants: {
            items: components["schemas"]["Message"][];
        };
        /**
         * @description Whether a trait has changed.
         * @enum {string}
         */
        Verdict: "rose" | "fell" | "steady";
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    create_account: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateAccount"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedInUser"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_invites: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InviteList"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_invite: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewInvite"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revoke_invite: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["InviteId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_sign_up: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignUpSetting"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    set_sign_up: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignUpSetting"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignUpSetting"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_tasks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskOverview"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_dead_tasks: {
        parameters: {
            query?: {
                /** @description How many to leave out from the newest on. */
                offset?: number;
                /** @description How many to list, at most 200; 50 if left out. */
                limit?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadTaskPage"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    drop_dead_tasks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadTaskCount"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    replay_dead_tasks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadTaskCount"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_dead_task: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadTaskDetail"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    drop_dead_task: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    replay_dead_task: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    follow_tasks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_conversations: {
        parameters: {
            query?: {
                /** @description At most this many, 1 to 100. */
                limit?: number | null;
                /** @description Goes on where an earlier page ended: its `next_cursor`. */
                cursor?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConversationPage"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_conversation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateConversation"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_conversation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["ConversationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_conversation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["ConversationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rename_conversation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["ConversationId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RenameConversation"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_messages: {
        parameters: {
            query?: {
                /** @description At most this many, 1 to 100. */
                limit?: number | null;
                /** @description Messages older than this one. */
                before?: components["schemas"]["MessageId"] | null;
                /** @description Messages newer than this one. */
                after?: components["schemas"]["MessageId"] | null;
                /** @description Messages on both sides of this one. */
                around?: components["schemas"]["MessageId"] | null;
            };
            header?: never;
            path: {
                id: components["schemas"]["ConversationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessagePage"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    send_message: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key never stores a message twice; it leads back to the turn that is there. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                id: components["schemas"]["ConversationId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SendMessage"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["StreamEvent"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_help: {
        parameters: {
            query?: {
                /** @description Two letters, to see another country's lines. */
                country?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HelpCard"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    forget_signals: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_history: {
        parameters: {
            query?: {
                /** @description At most this many, 1 to 100. */
                limit?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessagePage"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_instance: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Instance"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    update_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateMe"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangePassword"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_memories: {
        parameters: {
            query?: {
                /** @description Of this kind alone. */
                kind?: components["schemas"]["MemoryKind"] | null;
                /** @description With this status alone; those in use if left out. */
                status?: components["schemas"]["MemoryStatus"] | null;
                /** @description Older than this one. */
                before?: components["schemas"]["MemoryId"] | null;
                /** @description At most this many, 1 to 100; 50 if left out. */
                limit?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemoryPage"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_memory: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateMemory"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemoryItem"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    forget_memories: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Forgotten"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_memory_settings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RememberingSettings"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_memory_settings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RememberingSettings"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RememberingSettings"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_memory: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["MemoryId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemoryItem"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    forget_memory: {
        parameters: {
            query?: {
                /** @description True: take back that it was learnt, so that what it replaced holds again. */
                undo?: boolean;
            };
            header?: never;
            path: {
                id: components["schemas"]["MemoryId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_memory: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["MemoryId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeMemory"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemoryItem"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_message: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["MessageId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_message: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["MessageId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    activate_message: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["MessageId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    edit_message: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string | null;
            };
            path: {
                id: components["schemas"]["MessageId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SendMessage"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["StreamEvent"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_message_memories: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["MessageId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessageMemories"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    regenerate_reply: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["MessageId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["StreamEvent"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stop_reply: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["MessageId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stream_reply: {
        parameters: {
            query?: {
                /** @description Where to go on, instead of the header `Last-Event-ID`. */
                after?: number | null;
            };
            header?: {
                "Last-Event-ID"?: string | null;
            };
            path: {
                id: components["schemas"]["MessageId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["StreamEvent"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_variants: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["MessageId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Variants"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_model_status: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelStatus"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_mood: {
        parameters: {
            query?: {
                /** @description How many days up to today, 1 to 366; 30 if left out. */
                days?: number | null;
                /** @description How far your clock is ahead of UTC, in minutes; 0 if left out. */
                utc_offset_minutes?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MoodTimeline"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    set_check_in: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The day where you are, as `YYYY-MM-DD`. */
                day: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetCheckIn"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CheckIn"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_check_in: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As `YYYY-MM-DD`. */
                day: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_mood_messages: {
        parameters: {
            query?: {
                /** @description How far your clock is ahead of UTC, in minutes; 0 if left out. */
                utc_offset_minutes?: number | null;
            };
            header?: never;
            path: {
                /** @description As `YYYY-MM-DD`. */
                day: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MoodMessages"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_insights: {
        parameters: {
            query?: {
                /** @description At most this many, 1 to 200; 30 if left out. */
                limit?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Insights"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_personality: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PersonalityProfile"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reset_personality: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_personality_context: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PersonalityContext"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_evidence: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EvidenceList"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    veto_evidence: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["EvidenceId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    restore_evidence: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["EvidenceId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_personality_history: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PersonalityHistory"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_questionnaire: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Questionnaire"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    answer_questionnaire: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AnswerQuestionnaire"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Questionnaire"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    restart_questionnaire: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    lock_trait: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                trait: components["schemas"]["Trait"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PersonalityProfile"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    unlock_trait: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                trait: components["schemas"]["Trait"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PersonalityProfile"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    search_messages: {
        parameters: {
            query: {
                /** @description Words that must all occur; the last one may be the beginning of a word. */
                q: string;
                /** @description At most this many, 1 to 50. */
                limit?: number | null;
                /** @description Goes on where an earlier page ended: its `older`. */
                before?: components["schemas"]["MessageId"] | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SearchHits"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sign_in: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignIn"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedInUser"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sign_out: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_sessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionList"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revoke_session: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["SessionId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_tokens: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiTokenList"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_token: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateToken"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewApiToken"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revoke_token: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["ApiTokenId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
