//! Personality over HTTP, below `/api/v1`.

mod evidence;
mod profile;
mod questionnaire;

use std::sync::Arc;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::app::App;

/// The routes of personality.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(profile::get_personality, profile::reset_personality))
        .routes(routes!(profile::get_personality_context))
        .routes(routes!(profile::get_personality_history))
        .routes(routes!(profile::lock_trait, profile::unlock_trait))
        .routes(routes!(evidence::list_evidence))
        .routes(routes!(evidence::veto_evidence))
        .routes(routes!(evidence::restore_evidence))
        .routes(routes!(
            questionnaire::get_questionnaire,
            questionnaire::answer_questionnaire,
            questionnaire::restart_questionnaire
        ))
}
