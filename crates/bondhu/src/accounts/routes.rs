//! Accounts over HTTP, below `/api/v1`.

mod account;
mod entry;
mod invites;
mod sessions;
mod tokens;

use std::sync::Arc;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::app::App;

/// The routes of accounts, sessions, tokens and invitations.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(entry::get_instance))
        .routes(routes!(entry::create_account))
        .routes(routes!(entry::sign_in, entry::sign_out))
        .routes(routes!(account::get_me, account::update_me))
        .routes(routes!(account::change_password))
        .routes(routes!(sessions::list_sessions))
        .routes(routes!(sessions::revoke_session))
        .routes(routes!(tokens::list_tokens, tokens::create_token))
        .routes(routes!(tokens::revoke_token))
        .routes(routes!(invites::get_sign_up, invites::set_sign_up))
        .routes(routes!(invites::list_invites, invites::create_invite))
        .routes(routes!(invites::revoke_invite))
}
