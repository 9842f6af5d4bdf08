//! The conversation's addresses. Handlers take apart the request, call one function, and answer.

mod conversations;
mod messages;
mod replies;
mod search;

use std::sync::Arc;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::app::App;

/// All routes of the conversation, below `/api/v1`.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(conversations::list_conversations, conversations::create_conversation))
        .routes(routes!(
            conversations::get_conversation,
            conversations::rename_conversation,
            conversations::delete_conversation
        ))
        .routes(routes!(messages::list_messages, replies::send_message))
        .routes(routes!(messages::get_message, messages::delete_message))
        .routes(routes!(messages::list_variants))
        .routes(routes!(messages::activate_message))
        .routes(routes!(messages::list_history))
        .routes(routes!(replies::regenerate_reply))
        .routes(routes!(replies::edit_message))
        .routes(routes!(replies::stop_reply))
        .routes(routes!(replies::stream_reply))
        .routes(routes!(search::search_messages))
        .routes(routes!(search::get_model_status))
}
