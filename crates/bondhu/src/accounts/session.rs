//! Signed-in browsers: the cookie and the row behind it.

use std::time::Duration;

use anyhow::Context;
use axum::http::{HeaderMap, HeaderValue, header};
use bondhu_store::{NewSession, Session, SessionId, User, UserId};

use crate::accounts::token;
use crate::app::App;
use crate::http::problem::ApiError;

/// The name of the cookie.
pub const COOKIE: &str = "bondhu_session";

/// A session in use moves its end at most this often, so that reading does not mean writing.
const TOUCH_EVERY: Duration = Duration::from_hours(1);

/// 400 days, the most that browsers grant. The row decides when a session ends; the cookie only has to outlive it.
const COOKIE_MAX_AGE_SECS: u32 = 400 * 24 * 60 * 60;

/// The longest name of a browser that is kept, in characters.
const USER_AGENT_CHARS: usize = 200;

/// A session to store, and the header that hands its token to the browser.
pub fn prepare(app: &App, user: UserId, headers: &HeaderMap) -> (NewSession, HeaderValue) {
    let token = token::fresh("");
    let now = app.clock.now();
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let session = NewSession {
        id: SessionId(app.clock.new_id()),
        user_id: user,
        token_hash: token.hash,
        user_agent: agent.chars().take(USER_AGENT_CHARS).collect(),
        created_at: now,
        expires_at: now.plus(app.config.accounts.session),
    };
    (session, set_cookie(&token.text, app.config.http.is_https()))
}

/// Signs a person in. The session that the browser came with ends, so that a token planted before the sign-in is
/// worth nothing after it.
pub async fn start(app: &App, user: UserId, headers: &HeaderMap) -> Result<HeaderValue, ApiError> {
    if let Some((old, owner)) = resolve(app, headers).await? {
        app.store.delete_session(owner.id, old.id).await?;
    }
    let (session, cookie) = prepare(app, user, headers);
    app.store.create_session(session).await?;
    Ok(cookie)
}

/// The session that a request comes with, if its cookie names one that still counts.
pub async fn resolve(app: &App, headers: &HeaderMap) -> Result<Option<(Session, User)>, ApiError> {
    let Some(token) = cookie_token(headers) else { return Ok(None) };
    Ok(app.store.session_by_token_hash(&token::hash(token), app.clock.now()).await?)
}

/// Moves the end of a session that is in use. A request does not fail because this does.
pub async fn keep_alive(app: &App, session: &Session) {
    let now = app.clock.now();
    if session.last_seen_at.plus(TOUCH_EVERY) > now {
        return;
    }
    let expires_at = now.plus(app.config.accounts.session);
    if let Err(error) = app.store.touch_session(session.id, session.user_id, now, expires_at).await {
        tracing::warn!(%error, session = %session.id, "the end of a session could not be moved");
    }
}

/// The token in the request's cookies.
pub fn cookie_token(headers: &HeaderMap) -> Option<&str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, token)| token)
}

fn set_cookie(token: &str, secure: bool) -> HeaderValue {
    cookie(token, COOKIE_MAX_AGE_SECS, secure).expect("a token is base64url text")
}

/// The header that takes the cookie away.
pub fn clear_cookie(app: &App) -> Result<HeaderValue, ApiError> {
    cookie("", 0, app.config.http.is_https()).map_err(ApiError::internal)
}

/// RFC 6265bis §4.1. `Lax`: sent when someone follows a link to Bondhu, and with no write from another site.
fn cookie(token: &str, max_age_secs: u32, secure: bool) -> anyhow::Result<HeaderValue> {
    let secure = if secure { "; Secure" } else { "" };
    let text = format!("{COOKIE}={token}; Path=/; Max-Age={max_age_secs}; HttpOnly; SameSite=Lax{secure}");
    let mut value = HeaderValue::from_str(&text).context("the cookie is no header value")?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_cannot_be_read_by_scripts_nor_travel_without_https() {
        insta::assert_snapshot!(
            set_cookie("abc", true).to_str().unwrap(),
            @"bondhu_session=abc; Path=/; Max-Age=34560000; HttpOnly; SameSite=Lax; Secure"
        );
        insta::assert_snapshot!(
            set_cookie("abc", false).to_str().unwrap(),
            @"bondhu_session=abc; Path=/; Max-Age=34560000; HttpOnly; SameSite=Lax"
        );
    }

    #[test]
    fn the_token_is_found_among_other_cookies() {
        let token = |lines: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(header::COOKIE, HeaderValue::from_static(line));
            }
            cookie_token(&headers).map(str::to_owned)
        };
        assert_eq!(token(&["theme=dark; bondhu_session=abc; x=y"]).as_deref(), Some("abc"));
        assert_eq!(token(&["theme=dark", "bondhu_session=abc"]).as_deref(), Some("abc"));
        assert_eq!(token(&["not_bondhu_session=abc; bondhu_session2=x"]), None);
        assert_eq!(token(&[]), None);
    }
}
