//! Tokens that carry a user of the server, made by `ACL RESTTOKEN`.
//!
//! The login is inside the token, sealed with a key that is derived from the standard token. So nothing is stored, every
//! gateway with the same token understands it, and it ends with a change of that token or of the user's password.

use base64_simd::URL_SAFE_NO_PAD;
use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use sha2::{Digest as _, Sha256};

/// What such a token begins with.
const MARK: &str = "acl-";
/// Bound to every token, so that it is good for nothing else.
const PURPOSE: &[u8] = b"bondhu-upstash ACL REST token 1";

/// Makes and opens tokens.
#[derive(Clone)]
pub(crate) struct Seal(XChaCha20Poly1305);

impl Seal {
    /// With a key that is derived from a secret.
    pub(crate) fn new(secret: &str) -> Self {
        let key = Sha256::new().chain_update(PURPOSE).chain_update(secret.as_bytes()).finalize();
        Self(XChaCha20Poly1305::new(&key))
    }

    /// A token with this login inside.
    pub(crate) fn close(&self, user: &str, password: &str) -> String {
        let nonce: [u8; 24] = rand::random();
        let login = [user.as_bytes(), b"\0", password.as_bytes()].concat();
        let payload = Payload { msg: &login, aad: PURPOSE };
        let sealed = self.0.encrypt(&XNonce::from(nonce), payload).expect("a login is short");
        format!("{MARK}{}", URL_SAFE_NO_PAD.encode_to_string([nonce.as_slice(), &sealed].concat()))
    }

    /// The login inside a token, if it was made here.
    pub(crate) fn open(&self, token: &str) -> Option<(String, String)> {
        let bytes = URL_SAFE_NO_PAD.decode_to_vec(token.strip_prefix(MARK)?).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<24>()?;
        let login = self.0.decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: PURPOSE }).ok()?;
        let login = String::from_utf8(login).ok()?;
        let (user, password) = login.split_once('\0')?;
        Some((user.to_owned(), password.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_comes_back_and_a_changed_token_does_not() {
        let seal = Seal::new("secret");
        let token = seal.close("asha", "pass\u{e9} word");
        assert!(!token.contains("asha"));
        assert_eq!(seal.open(&token), Some(("asha".to_owned(), "pass\u{e9} word".to_owned())));
        assert_eq!(Seal::new("other").open(&token), None);
        let mut changed = token.clone();
        changed.replace_range(10..11, if token.as_bytes()[10] == b'A' { "B" } else { "A" });
        assert_eq!(seal.open(&changed), None);
        assert_eq!(seal.open("acl-"), None);
        assert_eq!(seal.open("secret"), None);
    }
}
