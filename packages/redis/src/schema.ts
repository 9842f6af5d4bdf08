// Generated from crates/bondhu/src/cache_keys.rs by `scripts/gen.sh`. Do not edit.

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * @description What wrote the companion's message.
         * @enum {string}
         */
        AnsweredBy: "model" | "listener" | "safety";
        /**
         * @description Where a trait lies, in one word. Low is below 40, high from 70, by whole points as they are shown.
         * @enum {string}
         */
        Band: "low" | "moderate" | "high";
        /**
         * Format: uuid
         * @description A conversation.
         */
        ConversationId: string;
        /** @description What was listened to, as the service tells it. */
        ListeningSummary: {
            /** @description When the service was asked. */
            fetched_at: components["schemas"]["Timestamp"];
            /** @description Tracks that were played last, the latest first. */
            recent_tracks: string[];
            /** @description Artists that are played most, the most played first. */
            top_artists: string[];
            /** @description Tracks that are played most, the most played first. */
            top_tracks: string[];
        };
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
        /** @description Part of a conversation's shown path. */
        MessagePage: {
            /** @description The messages, newest first. */
            items: components["schemas"]["Message"][];
            newer?: components["schemas"]["MessageId"] | null;
            older?: components["schemas"]["MessageId"] | null;
        };
        /** @description What listening says about a person. */
        MusicProfile: {
            /** @description Artists, the largest share first. */
            artists: components["schemas"]["Share"][];
            /**
             * Format: double
             * @description How many different artists a hundred plays have; the higher, the more is tried.
             */
            artists_per_hundred_plays?: number | null;
            /** @description Genres, the largest share first. */
            genres: components["schemas"]["Share"][];
            /**
             * Format: int64
             * @description How many plays it rests on.
             */
            plays: number;
            /** @description Where it comes from, such as `spotify-export` or `listenbrainz`. */
            sources: string[];
            /** @description When it was worked out. */
            updated_at: components["schemas"]["Timestamp"];
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
        /** @description A name and its share of the whole, from 0 to 1. */
        Share: {
            /** @description Of a genre, an artist, a channel or a topic. */
            name: string;
            /**
             * Format: double
             * @description From 0 to 1.
             */
            share: number;
        };
        /**
         * @description How far a message has come.
         * @enum {string}
         */
        Status: "complete" | "streaming" | "stopped" | "interrupted" | "failed";
        /**
         * @description How to speak with somebody now.
         * @enum {string}
         */
        Style: "gentle" | "balanced" | "upbeat";
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
        /** @description What a person watches. */
        VideoProfile: {
            /**
             * Format: int64
             * @description How many videos are liked.
             */
            likes: number;
            /** @description Titles of playlists. */
            playlists: string[];
            /** @description Where it comes from, such as `youtube` or `takeout`. */
            sources: string[];
            /** @description Titles of subscribed channels. */
            subscriptions: string[];
            /** @description Topics, the largest share first. */
            topics: components["schemas"]["Share"][];
            /** @description When it was worked out. */
            updated_at: components["schemas"]["Timestamp"];
        };
        /** @description A visit in progress. */
        Visit: {
            /** @description When something was last done. */
            last_seen_at: components["schemas"]["Timestamp"];
            /** @description When it began. */
            started_at: components["schemas"]["Timestamp"];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;

export type AnsweredBy = components['schemas']['AnsweredBy'];
export type Band = components['schemas']['Band'];
export type ConversationId = components['schemas']['ConversationId'];
export type ListeningSummary = components['schemas']['ListeningSummary'];
export type Message = components['schemas']['Message'];
export type MessageId = components['schemas']['MessageId'];
export type MessagePage = components['schemas']['MessagePage'];
export type MusicProfile = components['schemas']['MusicProfile'];
export type OwnWord = components['schemas']['OwnWord'];
export type PersonalityContext = components['schemas']['PersonalityContext'];
export type Sender = components['schemas']['Sender'];
export type SentimentInsight = components['schemas']['SentimentInsight'];
export type Share = components['schemas']['Share'];
export type Status = components['schemas']['Status'];
export type Style = components['schemas']['Style'];
export type Timestamp = components['schemas']['Timestamp'];
export type Trait = components['schemas']['Trait'];
export type TraitHint = components['schemas']['TraitHint'];
export type VideoProfile = components['schemas']['VideoProfile'];
export type Visit = components['schemas']['Visit'];

/** What each key holds. */
export interface CacheValues {
	personalityContext: PersonalityContext;
	personalitySentiment: SentimentInsight;
	musicProfile: MusicProfile;
	musicSpotify: ListeningSummary;
	videoProfile: VideoProfile;
	sessionActive: Visit;
	chatHistory: MessagePage;
	conversationHistory: MessagePage;
}

/** The lengths of pages of history that are kept; cut another length from the next longer one. */
export const chatHistoryLimits: readonly [20, 50, 100] = [20, 50, 100];

/** Every key of the server, and how long a value is kept, in seconds. */
export const keyTable: {
	/** `personality:context:{user_id}`: what a reply needs to know of the person. */
	readonly personalityContext: { readonly key: (userId: string) => string; readonly ttlSecs: 1800 };
	/** `personality:sentiment:{user_id}`: what the messages of a day sounded like. */
	readonly personalitySentiment: { readonly key: (userId: string) => string; readonly ttlSecs: 3600 };
	/** `music:profile:{user_id}`: what listening says about the person. */
	readonly musicProfile: { readonly key: (userId: string) => string; readonly ttlSecs: 86400 };
	/** `music:spotify:{user_id}`: what was listened to, as the service tells it. */
	readonly musicSpotify: { readonly key: (userId: string) => string; readonly ttlSecs: 86400 };
	/** `video:youtube:{user_id}`: what is watched: subscriptions, playlists and likes, summed up. */
	readonly videoProfile: { readonly key: (userId: string) => string; readonly ttlSecs: 86400 };
	/** `session:active:{user_id}`: the visit in progress, until the session ends. */
	readonly sessionActive: { readonly key: (userId: string) => string; readonly ttlSecs: 2592000 };
	/** `chat:history:{user_id}:{limit}`: the newest messages, newest first; the limit is one of chatHistoryLimits. */
	readonly chatHistory: { readonly key: (userId: string, limit: number) => string; readonly ttlSecs: 300 };
	/** `chat:history:{user_id}:{conversation_id}:{limit}`: the newest messages, newest first; the limit is one of chatHistoryLimits. */
	readonly conversationHistory: { readonly key: (userId: string, conversationId: string, limit: number) => string; readonly ttlSecs: 300 };
	/** `ratelimit:spotify:{user_id}`: a counter of calls within a minute. */
	readonly rateLimitSpotify: { readonly key: (userId: string) => string; readonly ttlSecs: 60 };
	/** `ratelimit:youtube:{user_id}`: a counter of calls within a minute. */
	readonly rateLimitYoutube: { readonly key: (userId: string) => string; readonly ttlSecs: 60 };
} = {
	personalityContext: { key: (userId: string) => `personality:context:${userId}`, ttlSecs: 1800 },
	personalitySentiment: { key: (userId: string) => `personality:sentiment:${userId}`, ttlSecs: 3600 },
	musicProfile: { key: (userId: string) => `music:profile:${userId}`, ttlSecs: 86400 },
	musicSpotify: { key: (userId: string) => `music:spotify:${userId}`, ttlSecs: 86400 },
	videoProfile: { key: (userId: string) => `video:youtube:${userId}`, ttlSecs: 86400 },
	sessionActive: { key: (userId: string) => `session:active:${userId}`, ttlSecs: 2592000 },
	chatHistory: { key: (userId: string, limit: number) => `chat:history:${userId}:${limit}`, ttlSecs: 300 },
	conversationHistory: { key: (userId: string, conversationId: string, limit: number) => `chat:history:${userId}:${conversationId}:${limit}`, ttlSecs: 300 },
	rateLimitSpotify: { key: (userId: string) => `ratelimit:spotify:${userId}`, ttlSecs: 60 },
	rateLimitYoutube: { key: (userId: string) => `ratelimit:youtube:${userId}`, ttlSecs: 60 }
};
