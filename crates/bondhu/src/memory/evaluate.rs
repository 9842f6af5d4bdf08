//! Recall measured on `LoCoMo` (Maharana et al. 2024): does the index find the turns that a question's answer rests on?
//!
//! Every turn of a conversation is a document with its speaker and the caption of a shared picture. For each question of
//! categories 1 to 4 that names turns as its evidence, recall@k is the share of them among the first k.

use std::collections::BTreeMap;

use anyhow::Context;
use serde::Serialize;
use serde_json::Value;

use super::index::{Document, Index};

/// The categories of `LoCoMo`'s questions.
const CATEGORIES: [(u64, &str); 4] = [(1, "multi-hop"), (2, "temporal"), (3, "open-domain"), (4, "single-hop")];
/// How deep a ranking is looked at for the reciprocal rank.
const DEEPEST: usize = 100;

/// The figures of a group of questions, as shares from 0 to 1.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Figures {
    /// How many questions.
    pub questions: usize,
    /// Mean share of the evidence among the first result.
    pub recall_at_1: f64,
    /// Among the first five.
    pub recall_at_5: f64,
    /// Among the first ten.
    pub recall_at_10: f64,
    /// Among the first twenty.
    pub recall_at_20: f64,
    /// Share of questions with any evidence among the first ten.
    pub any_at_10: f64,
    /// Mean reciprocal rank of the first evidence.
    pub mrr: f64,
}

/// The figures of a file.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Which conversations were looked at, by their place in the file.
    pub conversations: Vec<usize>,
    /// How many turns they have.
    pub turns: usize,
    /// Over all questions.
    pub overall: Figures,
    /// By category.
    pub by_category: BTreeMap<&'static str, Figures>,
}

/// Which conversations of a file to look at: `3-9`, `0,2`, `5`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection(Vec<(usize, usize)>);

impl std::str::FromStr for Selection {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("{text:?} names no conversations; write a number, a list such as 0,2 or a span such as 3-9");
        let spans: Result<Vec<(usize, usize)>, String> = text
            .split(',')
            .map(|part| {
                let (from, to) = part.trim().split_once('-').unwrap_or((part.trim(), part.trim()));
                let (from, to) = (from.trim().parse().map_err(|_| wrong())?, to.trim().parse().map_err(|_| wrong())?);
                if from <= to { Ok((from, to)) } else { Err(wrong()) }
            })
            .collect();
        spans.map(Self)
    }
}

impl Selection {
    fn holds(&self, number: usize) -> bool {
        self.0.iter().any(|(from, to)| (*from..=*to).contains(&number))
    }
}

/// Measures recall on a `LoCoMo` file. A selection that reaches past the end of the file takes what is there.
///
/// Fails when the text is no `LoCoMo` file, or nothing of it is selected.
pub fn evaluate(text: &str, selection: Option<&Selection>) -> anyhow::Result<Report> {
    let file: Value = serde_json::from_str(text).context("the file is not JSON")?;
    let samples = file.as_array().context("a LoCoMo file is a list of conversations; this is something else")?;
    let chosen: Vec<usize> =
        (0..samples.len()).filter(|number| selection.is_none_or(|these| these.holds(*number))).collect();
    anyhow::ensure!(
        !chosen.is_empty(),
        "the file has {} conversations, counted from 0, and none of those that were asked for",
        samples.len()
    );
    let mut ranks: BTreeMap<&'static str, Vec<Vec<Option<usize>>>> = BTreeMap::new();
    let mut turns = 0;
    for number in &chosen {
        let sample = &samples[*number];
        let index = conversation_index(sample).with_context(|| format!("conversation {number}"))?;
        turns += index.names.len();
        for (category, evidence, question) in questions(sample) {
            let found: Vec<usize> = index.index.search(question, DEEPEST).into_iter().map(|found| found.key).collect();
            let places = evidence.iter().map(|turn| found.iter().position(|key| index.names[*key] == *turn)).collect();
            ranks.entry(category).or_default().push(places);
        }
    }
    let all: Vec<&Vec<Option<usize>>> = ranks.values().flatten().collect();
    let overall = figures(&all);
    let by_category = ranks.iter().map(|(name, ranks)| (*name, figures(&ranks.iter().collect::<Vec<_>>()))).collect();
    Ok(Report { conversations: chosen, turns, overall, by_category })
}

struct Indexed {
    index: Index<usize>,
    names: Vec<String>,
}

fn conversation_index(sample: &Value) -> anyhow::Result<Indexed> {
    let conversation =
        sample.get("conversation").and_then(Value::as_object).context("it has no field `conversation`")?;
    let mut indexed = Indexed { index: Index::default(), names: Vec::new() };
    for session in 1_u128.. {
        let key = format!("session_{session}");
        if !conversation.contains_key(&key) && !conversation.contains_key(&format!("{key}_date_time")) {
            break;
        }
        for turn in conversation.get(&key).and_then(Value::as_array).into_iter().flatten() {
            let text = |field: &str| turn.get(field).and_then(Value::as_str).unwrap_or_default();
            indexed.index.add(&Document {
                key: indexed.names.len(),
                speaker: Some(text("speaker").to_owned()),
                session: Some(session),
                text: format!("{} {}", text("blip_caption"), text("text")),
            });
            indexed.names.push(text("dia_id").to_owned());
        }
    }
    anyhow::ensure!(!indexed.names.is_empty(), "it has no turns");
    Ok(indexed)
}

/// The questions of the measured categories with their evidence.
fn questions(sample: &Value) -> impl Iterator<Item = (&'static str, Vec<String>, &str)> {
    sample.get("qa").and_then(Value::as_array).into_iter().flatten().filter_map(|question| {
        let category = question.get("category")?.as_u64()?;
        let (_, category) = CATEGORIES.iter().find(|(number, _)| *number == category)?;
        let mut evidence: Vec<String> =
            question.get("evidence")?.as_array()?.iter().filter_map(Value::as_str).flat_map(turn_names).collect();
        evidence.sort_unstable();
        evidence.dedup();
        (!evidence.is_empty()).then_some((*category, evidence, question.get("question")?.as_str()?))
    })
}

/// `D8:6; D9:17` names two turns, and a few of the file's entries are written so.
fn turn_names(text: &str) -> impl Iterator<Item = String> + '_ {
    let parts = text.split(|c: char| !(c.is_alphanumeric() || c == ':'));
    parts.filter(|part| part.starts_with('D') && part.contains(':')).map(str::to_owned)
}

#[expect(clippy::cast_precision_loss, reason = "counts of questions")]
fn figures(ranks: &[&Vec<Option<usize>>]) -> Figures {
    let count = ranks.len().max(1) as f64;
    let mean = |of: &dyn Fn(&[Option<usize>]) -> f64| ranks.iter().map(|places| of(places)).sum::<f64>() / count;
    let recall = |k: usize| {
        mean(&move |places| places.iter().flatten().filter(|place| **place < k).count() as f64 / places.len() as f64)
    };
    Figures {
        questions: ranks.len(),
        recall_at_1: recall(1),
        recall_at_5: recall(5),
        recall_at_10: recall(10),
        recall_at_20: recall(20),
        any_at_10: mean(&|places| f64::from(u8::from(places.iter().flatten().any(|place| *place < 10)))),
        mrr: mean(&|places| places.iter().flatten().min().map_or(0.0, |place| 1.0 / (*place as f64 + 1.0))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"[{"conversation":{"speaker_a":"Ann","speaker_b":"Bo","session_1_date_time":"x","session_1":[
        {"speaker":"Ann","dia_id":"D1:1","text":"I adopted a puppy named Toby."},
        {"speaker":"Bo","dia_id":"D1:2","text":"How lovely, congratulations!"}],
        "session_2":[{"speaker":"Bo","dia_id":"D2:1","text":"I painted a lighthouse."}]},
        "qa":[{"question":"What did Bo paint?","evidence":["D2:1"],"category":4},
            {"question":"What is Ann's puppy called?","evidence":["D1:1; D1:2"],"category":1},
            {"question":"Was it so?","evidence":["D1:1"],"category":5}]}]"#;

    #[test]
    fn evidence_is_counted_by_rank() {
        let report = evaluate(FILE, Some(&"0-9".parse().unwrap())).unwrap();
        assert_eq!((report.turns, report.overall.questions), (3, 2));
        assert!((report.by_category["single-hop"].recall_at_1 - 1.0).abs() < 1e-9);
        assert!((report.by_category["multi-hop"].recall_at_1 - 0.5).abs() < 1e-9);
        assert!((report.overall.mrr - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_selection_is_a_list_of_spans() {
        let these: Selection = "0, 3-5".parse().unwrap();
        assert_eq!((0..8).filter(|number| these.holds(*number)).collect::<Vec<_>>(), [0, 3, 4, 5]);
        for wrong in ["", "x", "5-3", "1-", "-"] {
            assert!(wrong.parse::<Selection>().is_err(), "{wrong}");
        }
        let error = evaluate(FILE, Some(&"3-9".parse().unwrap())).unwrap_err().to_string();
        assert!(error.contains("has 1 conversations"), "{error}");
        assert!(evaluate("{}", None).is_err() && evaluate("x", None).is_err());
    }
}
