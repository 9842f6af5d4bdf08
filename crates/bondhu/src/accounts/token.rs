//! Secrets that stand for a person: session cookies, API tokens, invitation codes.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::clock::random_bytes;

/// What every API token starts with, so that a leaked one is recognised for what it is.
pub const API_TOKEN_PREFIX: &str = "bnd_";

/// A secret that has just been made. The text goes to its bearer once; only the hash is kept.
pub struct FreshToken {
    /// What its bearer will send.
    pub text: String,
    /// What is stored.
    pub hash: [u8; 32],
}

/// A new secret of 256 random bits behind a prefix.
pub fn fresh(prefix: &str) -> FreshToken {
    let text = format!("{prefix}{}", URL_SAFE_NO_PAD.encode(random_bytes::<32>()));
    FreshToken { hash: hash(&text), text }
}

/// What a secret is stored and looked up as. A plain SHA-256 will do: unlike a password, 256 random bits cannot be
/// guessed, however fast the hash.
pub fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_token_is_found_again_by_its_hash() {
        let (token, other) = (fresh(API_TOKEN_PREFIX), fresh(API_TOKEN_PREFIX));
        assert_eq!(hash(&token.text), token.hash);
        assert_ne!(token.hash, other.hash);
        assert_eq!(token.text.len(), "bnd_".len() + 43);
        assert!(token.text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
    }
}
