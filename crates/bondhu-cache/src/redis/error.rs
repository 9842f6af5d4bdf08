use redis::{ErrorKind, ServerErrorKind};

/// What can go wrong between this process and Redis. No text holds a password, a key's value or an address' login.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RedisError {
    /// The server cannot be reached, did not answer in time, or is still loading. It is tried again by itself.
    #[error("{server} cannot be reached: {reason}")]
    Unavailable {
        /// Where it should be.
        server: String,
        /// What the connection says.
        reason: String,
    },
    /// The server refuses, and will until somebody has seen to it: a wrong password, a missing right, no memory
    /// left, a replica that takes no writes. Also any command it finds wrong.
    #[error("{server} refuses: {reason}")]
    Refused {
        /// Where it is.
        server: String,
        /// The code in front of the server's words, such as `OOM` or `WRONGPASS`.
        code: String,
        /// The server's own words, code included.
        reason: String,
    },
    /// The reply is not of the expected kind.
    #[error("{server} answers with something unexpected: {reason}")]
    Unexpected {
        /// Where it is.
        server: String,
        /// What was expected.
        reason: String,
    },
    /// The address makes no sense.
    #[error("{0}")]
    Config(String),
}

impl RedisError {
    /// What somebody who runs the server can do about it; none where waiting is all there is to do.
    pub fn advice(&self) -> Option<&'static str> {
        let code = match self {
            Self::Refused { code, .. } => code.as_str(),
            Self::Unavailable { reason, .. } if reason.contains("LOADING") => "LOADING",
            Self::Unavailable { .. } => return Some("Start it, or correct the address."),
            Self::Unexpected { .. } => return Some("Check that the address leads to a Redis or Valkey server."),
            Self::Config(_) => return Some("Correct the address."),
        };
        match code {
            "WRONGPASS" | "NOAUTH" => Some("Put the user and password into the address: redis://user:password@host."),
            "NOPERM" => Some("Give the user the right to these commands and keys (ACL SETUSER)."),
            "OOM" => Some("Raise maxmemory, or set maxmemory-policy to allkeys-lru."),
            "READONLY" => Some("This is a replica: give the address of the master, or of Sentinel."),
            "MISCONF" => Some("Redis cannot write its file: free some disk, or look into its log."),
            _ => None,
        }
    }

    pub(crate) fn new(server: String, error: &redis::RedisError) -> Self {
        let code = error.code().unwrap_or_default().to_owned();
        let reason = match (error.code(), error.detail()) {
            (Some(code), Some(detail)) => format!("{code} {detail}"),
            (None, Some(detail)) => detail.to_owned(),
            _ => error.to_string(),
        };
        match error.kind() {
            // Behind a failed login stands the server's own text, such as "WRONGPASS invalid username-password pair".
            ErrorKind::AuthenticationFailed => {
                let code = ["WRONGPASS", "NOAUTH"].into_iter().find(|code| reason.contains(code));
                Self::Refused { server, code: code.unwrap_or("WRONGPASS").to_owned(), reason }
            }
            ErrorKind::Server(
                ServerErrorKind::BusyLoading
                | ServerErrorKind::TryAgain
                | ServerErrorKind::ClusterDown
                | ServerErrorKind::MasterDown,
            ) => Self::Unavailable { server, reason },
            ErrorKind::Server(_) | ErrorKind::Extension => Self::Refused { server, code, reason },
            ErrorKind::UnexpectedReturnType | ErrorKind::Parse => Self::Unexpected { server, reason },
            ErrorKind::InvalidClientConfig => Self::Config(reason),
            _ => Self::Unavailable { server, reason },
        }
    }
}
