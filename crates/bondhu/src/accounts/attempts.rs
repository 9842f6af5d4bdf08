//! How often someone may guess a password wrong.

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use bondhu_cache::Cache;
use unicode_normalization::UnicodeNormalization;

use crate::accounts::token;
use crate::http::problem::ApiError;

/// How long failures count.
const WINDOW: Duration = Duration::from_mins(15);
/// Failures within the window for one account, from wherever.
const PER_ACCOUNT: u64 = 10;
/// Failures within the window from one address, for whichever account.
const PER_ADDRESS: u64 = 30;

/// The failures that bear on one attempt.
pub struct Attempts<'a> {
    cache: &'a Cache,
    account: String,
    address: String,
}

impl<'a> Attempts<'a> {
    /// For somebody who types this username at this address, whether such an account exists or not.
    pub fn new(cache: &'a Cache, username: &str, address: IpAddr) -> Self {
        // The hash keeps names out of the cache's keys, where an operator may list them.
        let spelled_one_way: String = username.nfkc().collect::<String>().to_lowercase().nfkc().collect();
        let mut account = String::from("attempts:account:");
        for byte in &token::hash(&spelled_one_way)[..16] {
            let _ = write!(account, "{byte:02x}");
        }
        Self { cache, account, address: format!("attempts:address:{}", network(address)) }
    }

    /// Refuses when there have been too many failures, and says how long to wait.
    pub async fn check(&self) -> Result<(), ApiError> {
        let account = self.cache.peek(&self.account).await;
        let address = self.cache.peek(&self.address).await;
        let wait = [(account, PER_ACCOUNT), (address, PER_ADDRESS)]
            .into_iter()
            .filter(|(count, limit)| count.value >= *limit)
            .map(|(count, _)| count.resets_in)
            .max();
        let Some(retry_after) = wait else { return Ok(()) };
        let minutes = retry_after.as_secs().div_ceil(60).max(1);
        Err(ApiError::TooMany {
            code: "too_many_attempts",
            detail: format!(
                "Too many attempts with a wrong password. Wait {minutes} {}, then try again.",
                if minutes == 1 { "minute" } else { "minutes" }
            )
            .into(),
            retry_after,
        })
    }

    /// Counts a wrong password.
    pub async fn failed(&self) {
        self.cache.increment(&self.account, WINDOW).await;
        self.cache.increment(&self.address, WINDOW).await;
    }

    /// Forgets what was counted for the account: its owner is here. The address keeps its count, or one known
    /// password would buy endless guesses at others.
    pub async fn succeeded(&self) {
        self.cache.forget(&self.account).await;
    }
}

/// Whoever has one IPv6 address has its whole /64, so that counts as one.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    #[tokio::test(start_paused = true)]
    async fn ten_failures_close_an_account_for_a_quarter_of_an_hour() {
        let cache = Cache::in_memory(10);
        for n in 0..10 {
            let attempt = Attempts::new(&cache, "Asha", address(n));
            attempt.check().await.unwrap();
            attempt.failed().await;
        }
        let attempt = Attempts::new(&cache, "ａsha", address(200));
        let error = attempt.check().await.unwrap_err();
        assert_eq!(error.code(), "too_many_attempts");
        assert_eq!(error.to_string(), "Too many attempts with a wrong password. Wait 15 minutes, then try again.");
        Attempts::new(&cache, "ravi", address(1)).check().await.unwrap();
        tokio::time::advance(Duration::from_secs(14 * 60 + 30)).await;
        assert!(attempt.check().await.unwrap_err().to_string().contains("Wait 1 minute,"));
        tokio::time::advance(Duration::from_secs(30)).await;
        attempt.check().await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn thirty_failures_close_an_address() {
        let cache = Cache::in_memory(10);
        for n in 0..30 {
            let attempt = Attempts::new(&cache, &format!("user{n}"), address(1));
            attempt.check().await.unwrap();
            attempt.failed().await;
        }
        assert!(Attempts::new(&cache, "asha", address(1)).check().await.is_err());
        Attempts::new(&cache, "asha", address(2)).check().await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn the_right_password_clears_the_account_and_not_the_address() {
        let cache = Cache::in_memory(10);
        let attempt = Attempts::new(&cache, "asha", address(1));
        for _ in 0..9 {
            attempt.failed().await;
        }
        attempt.succeeded().await;
        assert_eq!(cache.peek(&attempt.account).await.value, 0);
        assert_eq!(cache.peek(&attempt.address).await.value, 9);
    }

    #[test]
    fn neighbours_in_one_network_count_together() {
        let network = |text: &str| network(text.parse().unwrap()).to_string();
        assert_eq!(network("2001:db8:1:2:aaaa::1"), network("2001:db8:1:2:bbbb::2"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("::ffff:192.0.2.7"), "192.0.2.7");
    }
}
