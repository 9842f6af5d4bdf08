//! Facts that a language model finds: what it is asked, and what of its answer is believed.
//!
//! The answer has the same form as the rules' facts and passes the same guard: a fact counts only with a quotation that
//! stands in the person's own message, and only if the sentence around it is one that states something.

use bondhu_llm::{ChatEvent, ChatMessage, ChatModel, ChatRequest, LlmError, Role};
use bondhu_store::{CreatedBy, Timestamp};
use futures_util::StreamExt;
use serde::Deserialize;

use super::{
    extract::states_something,
    fact::{Fact, Predicate},
};

/// What the model is told to do.
const INSTRUCTIONS: &str = include_str!("../../data/memory/model_instructions.md");
/// The longest answer that is read, in bytes.
const LONGEST_ANSWER: usize = 16 * 1024;
/// At most so many facts of one message.
const MOST: usize = 12;
/// A model's facts are believed less than the rules'.
const CONFIDENCE: f64 = 0.7;
/// The longest object, in characters.
const LONGEST_OBJECT: usize = 120;

/// One fact as the model writes it.
#[derive(Debug, Deserialize)]
struct Claimed {
    predicate: String,
    object: String,
    quote: String,
}

#[derive(Debug, Deserialize)]
struct Answer {
    facts: Vec<Claimed>,
}

/// Asks a model for the facts of one message. An answer that is no JSON of the wanted form holds no facts.
pub async fn ask(model: &dyn ChatModel, text: &str, said_at: Timestamp) -> Result<Vec<Fact>, LlmError> {
    let request = ChatRequest {
        system: INSTRUCTIONS.to_owned(),
        messages: vec![ChatMessage { role: Role::User, text: text.to_owned() }],
        max_output_tokens: 600,
        temperature: Some(0.0),
    };
    let mut stream = model.stream(request).await?;
    let mut answer = String::new();
    while let Some(event) = stream.next().await {
        if let ChatEvent::Delta(words) = event? {
            answer.push_str(&words);
        }
        if answer.len() > LONGEST_ANSWER {
            return Ok(Vec::new());
        }
    }
    Ok(believed(&answer, text, said_at))
}

/// What of a model's answer is believed.
pub fn believed(answer: &str, text: &str, said_at: Timestamp) -> Vec<Fact> {
    let (Some(start), Some(end)) = (answer.find('{'), answer.rfind('}')) else { return Vec::new() };
    let Some(json) = answer.get(start..=end) else { return Vec::new() };
    let Ok(answer) = serde_json::from_str::<Answer>(json) else { return Vec::new() };
    let plain_text = flat(text);
    let facts = answer.facts.into_iter().filter_map(|claimed| {
        let object = claimed.object.trim();
        let quote = flat(&claimed.quote);
        let fits = Predicate::is_known(&claimed.predicate)
            && !object.is_empty()
            && object.chars().count() <= LONGEST_OBJECT
            && !quote.is_empty()
            && plain_text.contains(&quote)
            && states_something(text, &claimed.quote);
        fits.then(|| Fact {
            confidence: CONFIDENCE,
            created_by: CreatedBy::Model,
            ..Fact::new(&claimed.predicate, object.to_owned(), said_at)
        })
    });
    facts.take(MOST).collect()
}

/// Lower case with single spaces.
fn flat(text: &str) -> String {
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_795_000_000_000);

    fn objects(answer: &str, text: &str) -> Vec<String> {
        believed(answer, text, NOW).into_iter().map(|fact| format!("{}={}", fact.predicate, fact.object)).collect()
    }

    #[test]
    fn a_quoted_fact_is_believed() {
        let answer =
            r#"Here: {"facts":[{"predicate":"lives_in","object":"Pune","quote":"settled down in Pune"}]} Done."#;
        assert_eq!(objects(answer, "We finally settled down in Pune."), ["lives_in=Pune"]);
    }

    #[test]
    fn what_the_person_did_not_say_is_not_believed() {
        let invented = r#"{"facts":[{"predicate":"lives_in","object":"Oslo","quote":"I live in Oslo"}]}"#;
        assert_eq!(objects(invented, "I live in Pune."), Vec::<String>::new());
        let unknown = r#"{"facts":[{"predicate":"secret","object":"x","quote":"Pune"}]}"#;
        assert_eq!(objects(unknown, "I live in Pune."), Vec::<String>::new());
    }

    #[test]
    fn the_rules_guard_holds_for_a_model_too() {
        let claims =
            |quote: &str| format!(r#"{{"facts":[{{"predicate":"lives_in","object":"Paris","quote":"{quote}"}}]}}"#);
        for text in [
            "If I were rich I would live in Paris.",
            "Do I live in Paris?",
            "She said I live in Paris.",
            "I do not live in Paris.",
        ] {
            assert_eq!(objects(&claims("live in Paris"), text), Vec::<String>::new(), "{text}");
        }
        assert_eq!(objects(&claims("want to die in Paris"), "I want to die in Paris."), Vec::<String>::new());
    }

    #[test]
    fn an_answer_of_any_form_does_no_harm() {
        for answer in ["", "no", "{", "}{", "{}", "[1]", r#"{"facts":1}"#, r#"{"facts":[{}]}"#] {
            assert_eq!(objects(answer, "I live in Pune."), Vec::<String>::new());
        }
    }
}
