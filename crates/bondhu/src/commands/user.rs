//! `bondhu user`: accounts from the command line, for the person who holds the database.

use std::fmt::Write as _;

use anyhow::{Context, bail};
use bondhu_store::{NewUser, Store, StoreError, User, UserId};
use clap::Subcommand;

use crate::accounts::{password, sign_up};
use crate::clock::Clock;
use crate::commands::{open_store, prompt};
use crate::config::Config;
use crate::http::problem::FieldError;

/// What can be done with accounts.
#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Make an account. The password is asked for, or read from standard input; the first account is the owner's.
    Create {
        /// The name to sign in with.
        name: String,
        /// The name to be called by; the username, unless given.
        #[arg(long, value_name = "NAME")]
        display_name: Option<String>,
    },
    /// Set a new password and sign the person out everywhere.
    ResetPassword {
        /// The name to sign in with.
        name: String,
    },
    /// List every account.
    List,
}

/// Carries out one of them.
#[expect(clippy::print_stdout, reason = "printing is what the command is for")]
pub(super) async fn run(command: UserCommand, config: &Config) -> anyhow::Result<()> {
    let store = open_store(config).await?;
    let answer = match command {
        UserCommand::Create { name, display_name } => create(&store, &name, display_name.as_deref()).await?,
        UserCommand::ResetPassword { name } => reset_password(&store, &name).await?,
        UserCommand::List => list(&store.users().await?),
    };
    store.close().await;
    print!("{answer}");
    Ok(())
}

async fn create(store: &Store, name: &str, display_name: Option<&str>) -> anyhow::Result<String> {
    let password = prompt::new_password()?;
    let fields = sign_up::checked(name, &password, display_name).map_err(|errors| refused(&errors))?;
    let clock = Clock::system();
    let new = NewUser {
        id: UserId(clock.new_id()),
        username: fields.username,
        display_name: fields.display_name,
        password_hash: password::turn().await.hash(&password).await?,
        created_at: clock.now(),
    };
    match store.create_user(new).await {
        Ok(user) if user.is_owner => Ok(format!("Made the account {}, the owner's.\n", user.username)),
        Ok(user) => Ok(format!("Made the account {}.\n", user.username)),
        Err(StoreError::Conflict { what: "username" }) => {
            bail!("the username {name} is taken; choose another, or use `bondhu user reset-password {name}`")
        }
        Err(error) => Err(error.into()),
    }
}

async fn reset_password(store: &Store, name: &str) -> anyhow::Result<String> {
    let known = store.user_by_username(name).await?;
    let user = known.with_context(|| format!("there is no account {name}; `bondhu user list` shows them all"))?.user;
    let password = prompt::new_password()?;
    sign_up::checked_password("password", &password).map_err(|error| refused(&[error]))?;
    let hash = password::turn().await.hash(&password).await?;
    store.set_password(user.id, &hash, None, Clock::system().now()).await?;
    Ok(format!("Set a new password for {}, who is signed out everywhere.\n", user.username))
}

fn refused(errors: &[FieldError]) -> anyhow::Error {
    let lines: Vec<String> =
        errors.iter().map(|error| format!("the {} does not fit: {}", error.field, error.detail)).collect();
    anyhow::anyhow!("{}", lines.join(" "))
}

fn list(users: &[User]) -> String {
    if users.is_empty() {
        return "There are no accounts yet. The first one becomes the owner's.\n".to_owned();
    }
    let width = users.iter().map(|user| user.username.chars().count()).max().unwrap_or(0);
    let mut out = String::new();
    for user in users {
        let role = if user.is_owner { "owner" } else { "     " };
        let _ = writeln!(out, "{:width$}  {role}  {}  {}", user.username, user.created_at, user.display_name);
    }
    out
}
