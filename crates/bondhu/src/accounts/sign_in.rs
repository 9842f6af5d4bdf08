//! Checking that someone is who they say.

use std::net::IpAddr;

use bondhu_store::User;

use crate::accounts::attempts::Attempts;
use crate::accounts::password;
use crate::app::App;
use crate::http::problem::ApiError;

/// The person with this username and password.
///
/// Takes as long and answers the same for a wrong password and for somebody who does not exist. The limit is
/// looked at before the wait for a turn, which spares the queue, and again after it, so that guesses sent all at
/// once count like guesses sent one by one.
pub async fn check(app: &App, username: &str, password: &str, address: IpAddr) -> Result<User, ApiError> {
    let attempts = Attempts::new(&app.cache, username, address);
    attempts.check().await?;
    let turn = password::turn().await;
    attempts.check().await?;
    let known = app.store.user_by_username(username).await?;
    let (user, hash) = known.map(|known| (known.user, known.password_hash)).unzip();
    let (is_right, _turn) = turn.verify(password, hash).await.map_err(ApiError::Internal)?;
    match user {
        Some(user) if is_right => {
            attempts.succeeded().await;
            Ok(user)
        }
        _ => {
            attempts.failed().await;
            Err(ApiError::unauthorized("wrong_credentials", "This username and password do not go together."))
        }
    }
}

/// Checks the password of somebody who is signed in, before a change that a borrowed browser must not make.
pub async fn check_again(app: &App, user: &User, password: &str, address: IpAddr) -> Result<(), ApiError> {
    match check(app, &user.username, password, address).await {
        Ok(_) => Ok(()),
        Err(error) if error.code() == "wrong_credentials" => {
            Err(ApiError::invalid("current_password", "wrong", "This is not your current password."))
        }
        Err(error) => Err(error),
    }
}
