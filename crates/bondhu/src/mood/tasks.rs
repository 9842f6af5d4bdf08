//! Background work on moods.

pub mod analyze_all_users_sentiment;
pub mod analyze_chat_sentiment_batch;
