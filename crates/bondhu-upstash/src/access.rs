//! Who may ask, and for what.

use std::sync::Arc;

use bondhu_cache::engine::{Command, Engine};

use crate::{guard, read_only, script::Scripts, seal::Seal, texts};

/// A token, and the database it leads to.
#[derive(Clone)]
pub struct Token {
    text: String,
    access: Arc<Access>,
}

/// What a token gives access to.
pub(crate) struct Access {
    pub(crate) engine: Engine,
    pub(crate) rights: Rights,
    pub(crate) scripts: Arc<Scripts>,
    /// Makes tokens for users of the server; only a standard token does.
    pub(crate) seal: Option<Seal>,
}

/// What may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rights {
    /// Everything, or what the server allows its user.
    All,
    /// Reading.
    Read,
}

impl Token {
    /// A token with all rights on a database.
    pub fn standard(text: impl Into<String>, engine: Engine) -> Self {
        let text = text.into();
        let seal = Some(Seal::new(&text));
        let access = Access { engine, rights: Rights::All, scripts: Arc::default(), seal };
        Self { text, access: Arc::new(access) }
    }

    /// A token that may read a database.
    pub fn read_only(text: impl Into<String>, engine: Engine) -> Self {
        let access = Access { engine, rights: Rights::Read, scripts: Arc::default(), seal: None };
        Self { text: text.into(), access: Arc::new(access) }
    }

    pub(crate) fn access(&self) -> &Arc<Access> {
        &self.access
    }

    /// Takes as long for a wrong token as for the right one.
    pub(crate) fn is(&self, given: &str) -> bool {
        let (own, given) = (self.text.as_bytes(), given.as_bytes());
        let differing = own.iter().zip(given).fold(0, |differing, (one, other)| differing | (one ^ other));
        !own.is_empty() && own.len() == given.len() && std::hint::black_box(differing) == 0
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Token").field("rights", &self.access.rights).finish_non_exhaustive()
    }
}

impl Access {
    /// As a user of the server.
    pub(crate) fn as_user(&self, user: &str, password: &str) -> Option<Self> {
        let engine = self.engine.as_user(user, password)?;
        Some(Self { engine, rights: Rights::All, scripts: self.scripts.clone(), seal: None })
    }

    /// Whether a command may go to the engine; otherwise the text of the answer.
    pub(crate) fn check(&self, command: &Command) -> Result<(), String> {
        guard::check(command)?;
        if self.rights == Rights::Read && !read_only::allows(command.name()) {
            return Err(texts::no_permission(&String::from_utf8_lossy(command.name()).to_ascii_lowercase()));
        }
        Ok(())
    }
}
