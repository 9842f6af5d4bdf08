//! Making an account: who may, and what it takes.

use bondhu_store::{NewUser, SignUpMode, StoreError, User, UserId};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use utoipa::ToSchema;

use crate::accounts::{password, token};
use crate::app::App;
use crate::http::problem::{ApiError, FieldError};

/// Lengths in characters.
const USERNAME: std::ops::RangeInclusive<usize> = 3..=32;
const PASSWORD: std::ops::RangeInclusive<usize> = 10..=200;
const DISPLAY_NAME_CHARS: usize = 64;

/// Who can make an account right now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignUp {
    /// Whoever comes first; they become the owner.
    First,
    /// Anyone.
    Open,
    /// Whoever has an invitation.
    Invite,
    /// Nobody.
    Closed,
}

/// Somebody who wants an account.
#[derive(Deserialize, ToSchema)]
pub struct CreateAccount {
    /// 3 to 32 letters, digits, dots, hyphens and underscores.
    #[schema(min_length = 3, max_length = 32)]
    pub username: String,
    /// 10 to 200 characters.
    #[schema(min_length = 10, max_length = 200, format = Password)]
    pub password: String,
    /// What to be called; the username, unless given.
    #[schema(max_length = 64)]
    pub display_name: Option<String>,
    /// The code of an invitation, where one is needed.
    pub invite_code: Option<String>,
}

/// Who can make an account right now.
pub async fn who_may(app: &App) -> Result<SignUp, ApiError> {
    if app.store.count_users().await? == 0 {
        return Ok(SignUp::First);
    }
    Ok(mode(app).await?.into())
}

/// What the owner chose in the app, else `BONDHU_SIGN_UP`.
pub async fn mode(app: &App) -> Result<SignUpMode, ApiError> {
    Ok(app.store.sign_up_mode().await?.unwrap_or(app.config.accounts.sign_up))
}

/// Makes an account. The first one is the owner's, whatever the mode.
pub async fn create(app: &App, new: CreateAccount) -> Result<User, ApiError> {
    let who = who_may(app).await?;
    let invite = new.invite_code.as_deref().map(str::trim).filter(|code| !code.is_empty());
    refuse(who, invite)?;
    let fields = checked(&new.username, &new.password, new.display_name.as_deref()).map_err(ApiError::Invalid)?;
    let password_hash = password::turn().await.hash(&new.password).await.map_err(ApiError::Internal)?;
    let mode = mode(app).await?;
    let now = app.clock.now();

    let mut tx = app.store.begin().await?;
    let user = NewUser {
        id: UserId(app.clock.new_id()),
        username: fields.username,
        display_name: fields.display_name,
        password_hash,
        created_at: now,
    };
    let user = tx.create_user(user).await.map_err(taken)?;
    if user.is_owner {
        tx.commit().await?;
        return Ok(user);
    }
    // Where someone else was first in the meantime, what holds for everybody holds now.
    let who = if who == SignUp::First { mode.into() } else { who };
    refuse(who, invite)?;
    if let (SignUp::Invite, Some(code)) = (who, invite)
        && !tx.redeem_invite(&token::hash(code), user.id, now).await?
    {
        return Err(ApiError::forbidden(
            "invite_invalid",
            "This invitation has been used, has expired or was never made. Ask for a new one.",
        ));
    }
    tx.commit().await?;
    Ok(user)
}

impl From<SignUpMode> for SignUp {
    fn from(mode: SignUpMode) -> Self {
        match mode {
            SignUpMode::Open => Self::Open,
            SignUpMode::Invite => Self::Invite,
            SignUpMode::Closed => Self::Closed,
        }
    }
}

fn refuse(who: SignUp, invite: Option<&str>) -> Result<(), ApiError> {
    match (who, invite) {
        (SignUp::Closed, _) => Err(ApiError::forbidden(
            "sign_up_closed",
            "No new accounts are made here. Ask the person who runs this Bondhu.",
        )),
        (SignUp::Invite, None) => Err(ApiError::forbidden(
            "invite_required",
            "An account here needs an invitation. Ask the person who runs this Bondhu for one.",
        )),
        _ => Ok(()),
    }
}

fn taken(error: StoreError) -> ApiError {
    match error {
        StoreError::Conflict { what: "username" } => {
            ApiError::conflict("username_taken", "This username is taken. Choose another.")
        }
        other => other.into(),
    }
}

/// Fields as they will be stored.
#[derive(Debug, PartialEq, Eq)]
pub struct Checked {
    /// The name to sign in with.
    pub username: String,
    /// The name to be called by.
    pub display_name: String,
}

/// Checks what somebody typed; every field that does not fit is named.
pub fn checked(username: &str, password: &str, display_name: Option<&str>) -> Result<Checked, Vec<FieldError>> {
    let mut errors = Vec::new();
    let mut note = |result: Result<String, FieldError>| result.map_err(|error| errors.push(error)).unwrap_or_default();
    let username = note(checked_username(username));
    note(checked_password("password", password).map(|()| String::new()));
    let display_name = match display_name.map(str::trim).filter(|name| !name.is_empty()) {
        Some(name) => note(checked_display_name(name)),
        None => username.clone(),
    };
    if errors.is_empty() { Ok(Checked { username, display_name }) } else { Err(errors) }
}

fn checked_username(username: &str) -> Result<String, FieldError> {
    let username: String = username.trim().nfkc().collect();
    check_length("username", &username, &USERNAME)?;
    if !username.chars().all(|c| c.is_alphanumeric() || ".-_".contains(c)) {
        return Err(FieldError::new("username", "wrong_characters", "Use letters, digits, dots, - and _ only."));
    }
    Ok(username)
}

/// Whether a password is fit to be set. Length is what counts (NIST SP 800-63B §5.1.1.1); no character is asked for.
pub fn checked_password(field: &'static str, password: &str) -> Result<(), FieldError> {
    check_length(field, password, &PASSWORD)
}

/// What somebody wants to be called, trimmed.
pub fn checked_display_name(name: &str) -> Result<String, FieldError> {
    let name = name.trim();
    check_length("display_name", name, &(1..=DISPLAY_NAME_CHARS))?;
    if name.chars().any(char::is_control) {
        return Err(FieldError::new("display_name", "wrong_characters", "Leave out line breaks and tabs."));
    }
    Ok(name.to_owned())
}

fn check_length(field: &'static str, text: &str, range: &std::ops::RangeInclusive<usize>) -> Result<(), FieldError> {
    let length = text.chars().count();
    if length == 0 {
        return Err(FieldError::new(field, "required", "Fill this in."));
    }
    if length < *range.start() {
        return Err(FieldError::new(field, "too_short", format!("Use at least {} characters.", range.start())));
    }
    if length > *range.end() {
        return Err(FieldError::new(field, "too_long", format!("Use at most {} characters.", range.end())));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(username: &str, password: &str, display_name: Option<&str>) -> Vec<(String, &'static str)> {
        let errors = checked(username, password, display_name).unwrap_err();
        errors.into_iter().map(|error| (error.field.into_owned(), error.code)).collect()
    }

    #[test]
    fn every_field_that_does_not_fit_is_named() {
        let long = "x".repeat(201);
        assert_eq!(
            errors("ab", "short", Some("a\nb")),
            [
                ("username".to_owned(), "too_short"),
                ("password".to_owned(), "too_short"),
                ("display_name".to_owned(), "wrong_characters")
            ]
        );
        assert_eq!(
            errors(&long, &long, Some(&long)),
            [
                ("username".to_owned(), "too_long"),
                ("password".to_owned(), "too_long"),
                ("display_name".to_owned(), "too_long")
            ]
        );
        assert_eq!(errors("", "", None), [("username".to_owned(), "required"), ("password".to_owned(), "required")]);
        assert_eq!(errors("a b c", "long enough", None), [("username".to_owned(), "wrong_characters")]);
        assert_eq!(errors("<script>", "long enough", None), [("username".to_owned(), "wrong_characters")]);
    }

    #[test]
    fn names_are_kept_as_typed_but_for_space_and_composition() {
        let fields = checked("  Asha.Roy-1_ ", "long enough", Some("  Asha Roy ")).unwrap();
        assert_eq!(fields, Checked { username: "Asha.Roy-1_".to_owned(), display_name: "Asha Roy".to_owned() });
        assert_eq!(checked("ａｓｈａ", "long enough", None).unwrap().username, "asha");
        assert_eq!(checked("আশা", "long enough", None).unwrap().display_name, "আশা");
    }

    #[test]
    fn lengths_are_counted_in_characters() {
        assert!(checked("আশা", "দশটি অক্ষর", None).is_ok());
        assert!(checked("asha", "x".repeat(200).as_str(), None).is_ok());
    }
}
