use std::sync::Arc;

use axum::{extract::State, http::StatusCode};
use bondhu_store::{Answer, Evidence, EvidenceId, NewEvidence, Source, StoreError, Timestamp, Tx, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::profile::retake_at;
use crate::{
    accounts::identity::SignedIn,
    app::App,
    http::{
        extract::Json,
        problem::{ApiError, Problem},
    },
    personality::{
        changes::{self, Reason},
        questionnaire::{items, score},
    },
};

/// The name of the questionnaire as a cue.
const CUE: &str = "mini_ipip";

/// One sentence and what was answered.
#[derive(Debug, Serialize, ToSchema)]
struct QuestionnaireItem {
    /// Its number, from 1.
    number: i16,
    /// What it says; it goes on from "I ...".
    text: &'static str,
    /// 1 (very inaccurate) to 5 (very accurate); null if not answered.
    answer: Option<i16>,
    /// Whether it was left out on purpose.
    left_out: bool,
}

/// The questionnaire and the sitting under way.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Questionnaire {
    /// The sentences in the order in which they are asked.
    items: Vec<QuestionnaireItem>,
    /// When it was last finished.
    finished_at: Option<Timestamp>,
    /// From when another sitting is worth it.
    retake_at: Option<Timestamp>,
}

/// Shows the questionnaire, with what you have answered in the sitting under way
#[utoipa::path(get, path = "/personality/questionnaire", tag = "personality",
    responses((status = 200, body = Questionnaire), (status = "4XX", body = Problem)))]
pub(super) async fn get_questionnaire(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
) -> Result<axum::Json<Questionnaire>, ApiError> {
    Ok(axum::Json(questionnaire(&app, user.id).await?))
}

async fn questionnaire(app: &App, user: UserId) -> Result<Questionnaire, ApiError> {
    let answers = app.store.answers(user).await?;
    let state = app.store.personality_state(user).await?;
    let item = |item: &crate::personality::questionnaire::Item| {
        let given = answers.iter().find(|answer| answer.item == item.number);
        QuestionnaireItem {
            number: item.number,
            text: item.text,
            answer: given.and_then(|given| given.answer),
            left_out: given.is_some_and(|given| given.answer.is_none()),
        }
    };
    Ok(Questionnaire {
        items: items().iter().map(item).collect(),
        finished_at: state.and_then(|state| state.questionnaire_at),
        retake_at: retake_at(state),
    })
}

/// An answer to one sentence.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct AnswerItem {
    /// Number of the sentence, 1 to 20.
    item: i16,
    /// 1 to 5; null leaves the sentence out.
    answer: Option<i16>,
}

/// Answers to keep.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct AnswerQuestionnaire {
    /// As many as you like; each is kept at once, and a later one for the same sentence replaces it.
    answers: Vec<AnswerItem>,
    /// True ends the sitting with what there is. It ends by itself once every sentence is answered or left out.
    #[serde(default)]
    finish: bool,
}

/// Answers sentences of the questionnaire
///
/// A sitting can be left and taken up again. A trait with fewer than two answers is not scored.
#[utoipa::path(post, path = "/personality/questionnaire", tag = "personality", request_body = AnswerQuestionnaire,
    responses((status = 200, body = Questionnaire), (status = "4XX", body = Problem)))]
pub(super) async fn answer_questionnaire(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
    Json(body): Json<AnswerQuestionnaire>,
) -> Result<axum::Json<Questionnaire>, ApiError> {
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    for AnswerItem { item, answer } in body.answers {
        let is_known = items().iter().any(|known| known.number == item);
        if !is_known || answer.is_some_and(|answer| !(1..=5).contains(&answer)) {
            let detail = "Each answer has an item from 1 to 20 and an answer from 1 to 5, or null to leave it out.";
            return Err(ApiError::invalid("answers", "wrong_answer", detail));
        }
        tx.put_answer(user.id, Answer { item, answer }, now).await?;
    }
    let answers = tx.answers(user.id).await?;
    if body.finish && answers.iter().all(|answer| answer.answer.is_none()) {
        let detail = "There is no answer yet. Answer some sentences first, or leave the questionnaire for later.";
        return Err(ApiError::conflict("nothing_answered", detail));
    }
    if body.finish || answers.len() == items().len() {
        finish(&app, &mut tx, user.id, &answers).await?;
        changes::commit(&app, tx, user.id, Reason::Questionnaire).await?;
    } else {
        tx.commit().await?;
    }
    Ok(axum::Json(questionnaire(&app, user.id).await?))
}

/// Turns the answers into evidence; of an earlier sitting stays what this one does not speak of.
async fn finish(app: &App, tx: &mut Tx, user: UserId, answers: &[Answer]) -> Result<(), StoreError> {
    let now = app.clock.now();
    for score in score(answers) {
        let new = NewEvidence {
            id: EvidenceId(app.clock.new_id()),
            source: Source::Questionnaire,
            cue: CUE.to_owned(),
            of: score.of,
            value: score.value,
            weight: score.weight,
            message_ids: "[]".to_owned(),
            expires_at: None,
            now,
        };
        tx.put_evidence(user, new).await?;
    }
    // A new word takes back the veto of an earlier one.
    let is_again =
        |one: &Evidence| one.source == Source::Questionnaire && one.updated_at == now && one.vetoed_at.is_some();
    for one in tx.evidence(user, now).await?.into_iter().filter(is_again) {
        tx.veto_evidence(user, one.id, None).await?;
    }
    tx.clear_answers(user).await?;
    tx.note_questionnaire(user, now).await
}

/// Forgets the answers of the sitting under way
///
/// What an earlier, finished sitting said stays.
#[utoipa::path(delete, path = "/personality/questionnaire", tag = "personality",
    responses((status = 204), (status = "4XX", body = Problem)))]
pub(super) async fn restart_questionnaire(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.store.begin().await?;
    tx.clear_answers(user.id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
