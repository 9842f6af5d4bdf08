//! Finding messages by their words.
//!
//! Both engines store the terms that this module makes, and find whole terms or beginnings of them, so they
//! agree on every language. Word boundaries: Unicode Standard Annex 29.

mod snippet;
mod tokens;

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

pub(crate) use tokens::terms;
pub use tokens::{Token, tokens};

use crate::{Message, MessageId, Result, Store, UserId, dialect};

/// A message that was found.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Hit {
    /// The message, perhaps one that is not on the shown path.
    pub message: Message,
    /// Where it was said.
    pub conversation_title: String,
    /// About 160 characters of it around the first match.
    pub snippet: Vec<Piece>,
}

/// A stretch of text that matches throughout or not at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Piece {
    /// The text as it was written.
    pub text: String,
    /// Whether it matches.
    pub hit: bool,
}

/// Messages that were found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct SearchPage {
    /// The messages, newest first.
    pub hits: Vec<Hit>,
    /// There are older ones: ask for those before this.
    pub older: Option<MessageId>,
}

impl Store {
    /// The person's messages that hold all words of the query, the last one as the beginning of a word;
    /// newest first, whether on the shown path or not. A query without words finds nothing.
    pub async fn search_messages(
        &self,
        user: UserId,
        query: &str,
        before: Option<MessageId>,
        limit: u32,
    ) -> Result<SearchPage> {
        let terms: Vec<String> = tokens(query).into_iter().map(|token| token.term).collect();
        if terms.is_empty() {
            return Ok(SearchPage::default());
        }
        let before = before.unwrap_or(MessageId(Uuid::max()));
        let mut rows = dialect::search(self, user, &terms, before, i64::from(limit) + 1).await?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let older = if more { rows.last().map(|(message, _)| message.id) } else { None };
        let hits = rows
            .into_iter()
            .map(|(message, conversation_title)| {
                let snippet = snippet::snippet(&message.text, &terms);
                Hit { message, conversation_title, snippet }
            })
            .collect();
        Ok(SearchPage { hits, older })
    }
}
