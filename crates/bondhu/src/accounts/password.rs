//! Passwords as argon2id hashes, a few at a time.

use anyhow::Context;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::{Semaphore, SemaphorePermit};
use unicode_normalization::UnicodeNormalization;

use crate::clock::random_bytes;

/// 19 MiB, two passes, one lane: the second choice of the OWASP Password Storage Cheat Sheet, for machines that
/// are short of memory rather than of time.
const PARAMS: (u32, u32, u32) = (19_456, 2, 1);

/// Each computation holds 19 MiB, so a burst of sign-ins waits here instead of filling the memory. One limit for
/// the whole process, as there is one memory.
static TURNS: Semaphore = Semaphore::const_new(2);

/// Nobody's hash. A sign-in as somebody who does not exist is checked against it, so that it takes as long as any
/// other. Its parameters are [`PARAMS`]; no password leads to it.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The right to compute one hash.
pub struct Turn {
    _permit: SemaphorePermit<'static>,
}

/// Waits until there is room for one more computation.
pub async fn turn() -> Turn {
    Turn { _permit: TURNS.acquire().await.expect("the semaphore is never closed") }
}

impl Turn {
    /// The hash to store for a password, in PHC form.
    pub async fn hash(self, password: &str) -> anyhow::Result<String> {
        let password = normalised(password);
        let (hash, _) = self
            .compute(move || {
                let hash = argon2().hash_password_with_salt(password.as_bytes(), &random_bytes::<16>());
                hash.map(|hash: PasswordHash| hash.to_string())
            })
            .await?;
        hash.context("the password could not be hashed")
    }

    /// Whether this is the password behind a stored hash. Without a hash the answer is no, and takes as long.
    ///
    /// The turn comes back, so that a failure can be counted before the next guess is checked.
    pub async fn verify(self, password: &str, hash: Option<String>) -> anyhow::Result<(bool, Self)> {
        let password = normalised(password);
        self.compute(move || {
            let stored = hash.as_deref().unwrap_or(NOBODY);
            argon2().verify_password(password.as_bytes(), stored).is_ok() && hash.is_some()
        })
        .await
    }

    /// The turn goes along with the computation: a caller who hangs up in the middle of it frees no memory.
    async fn compute<T: Send + 'static>(self, work: impl FnOnce() -> T + Send + 'static) -> anyhow::Result<(T, Self)> {
        let work = move || (work(), self);
        tokio::task::spawn_blocking(work).await.context("a password computation broke off")
    }
}

fn argon2() -> Argon2<'static> {
    let (memory_kib, passes, lanes) = PARAMS;
    let params = Params::new(memory_kib, passes, lanes, None).expect("the parameters are within argon2's bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Keyboards differ in how they compose letters; the same letters must be the same password (NIST SP 800-63B
/// §5.1.1.2).
fn normalised(password: &str) -> String {
    password.nfkc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_by_its_hash_however_it_was_composed() {
        let hash = turn().await.hash("caf\u{e9} au lait").await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(turn().await.verify("cafe\u{301} au lait", Some(hash.clone())).await.unwrap().0);
        assert!(!turn().await.verify("cafe au lait", Some(hash.clone())).await.unwrap().0);
        assert_ne!(turn().await.hash("caf\u{e9} au lait").await.unwrap(), hash, "the salt is fresh");
    }

    #[tokio::test]
    async fn nobody_has_no_password_and_the_same_parameters() {
        assert!(!turn().await.verify("anything at all", None).await.unwrap().0);
        let nobody = PasswordHash::new(NOBODY).unwrap();
        let params = Params::try_from(&nobody).unwrap();
        assert_eq!((params.m_cost(), params.t_cost(), params.p_cost()), PARAMS);
    }

    #[tokio::test]
    async fn turns_run_out() {
        let (_first, _second) = (turn().await, turn().await);
        assert!(TURNS.try_acquire().is_err());
    }
}
