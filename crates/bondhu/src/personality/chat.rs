//! Learning from how a person writes.
//!
//! Each kind of word that research has tied to a trait is one cue. How often the person uses it is set against how often
//! people do; few words make an uncertain rate, which lowers the correlation that the cue counts with (Spearman's
//! attenuation). Only English is read, because the research is on English. Nothing that gave reason to worry is read.

use std::{sync::LazyLock, time::Duration};

use bondhu_sentiment::{Hints, Language, analyze};
use bondhu_store::{EvidenceId, MessageId, NewEvidence, Remark, Source, Timestamp, Trait, UserId};

use crate::{
    app::App,
    personality::{
        changes::{self, Reason},
        profile::weight_of,
        scale::rows,
        words::{KINDS, Kinds},
    },
};

/// How far back is read.
const SPAN: Duration = Duration::from_hours(24 * 60);
/// At most so many messages are read, the newest.
const MOST_MESSAGES: u32 = 2_000;
/// With fewer words nothing is concluded.
const LEAST_WORDS: u32 = 150;
/// How long a cue counts after it was last found.
const COUNTS_FOR: Duration = Duration::from_hours(24 * 120);
/// Examples kept with a cue.
const MOST_EXAMPLES: usize = 5;
/// How much people differ in how often they use a kind of word, as a share of its mean. An assumption: published spreads
/// of such rates lie around a quarter to a half of their means.
const SPREAD: f64 = 0.35;
/// However unusual somebody writes, no cue counts as further from the mean than this, in standard deviations.
const FURTHEST: f64 = 2.0;

/// What research says: a trait, a kind of word, and their correlation.
static EFFECTS: LazyLock<Vec<(Trait, &'static str, f64)>> = LazyLock::new(|| {
    let row = |cells: Vec<&'static str>| {
        let of = cells[0].parse().expect("an effect is on a trait");
        (of, cells[1], cells[2].parse().expect("a correlation is a number"))
    };
    rows(include_str!("../../data/personality/text.tsv")).map(row).collect()
});

/// One cue as found in what somebody wrote.
#[derive(Debug, Clone, PartialEq)]
pub struct Cue {
    /// The kind of word.
    pub name: &'static str,
    /// The trait it speaks of.
    pub of: Trait,
    /// Where it puts the trait, in standard deviations from the mean of people.
    pub value: f64,
    /// How much it counts.
    pub weight: f64,
    /// Messages that have such words, those with most first.
    pub examples: Vec<MessageId>,
}

/// Finds the cues in what somebody wrote; none when that is too little.
pub fn cues(remarks: &[Remark]) -> Vec<Cue> {
    let kinds: &Kinds = &KINDS;
    let english = |remark: &&Remark| analyze(&remark.text, Hints::default()).language == Language::English;
    let counted: Vec<_> = remarks.iter().filter(english).map(|remark| (remark.id, kinds.count(&remark.text))).collect();
    let words: u32 = counted.iter().map(|(_, (words, _))| words).sum();
    if words < LEAST_WORDS {
        return Vec::new();
    }
    let cue = |(of, name, r): &(Trait, &'static str, f64)| {
        let kind = kinds.all().iter().position(|kind| kind.name == *name).expect("every effect has a list");
        let count: u32 = counted.iter().map(|(_, (_, counts))| counts[kind]).sum();
        let (value, weight) = measure(f64::from(count), f64::from(words), kinds.all()[kind].rate, *r);
        let mut examples: Vec<_> = counted.iter().filter(|(_, (_, counts))| counts[kind] > 0).collect();
        examples.sort_by_key(|(_, (_, counts))| std::cmp::Reverse(counts[kind]));
        let examples = examples.into_iter().take(MOST_EXAMPLES).map(|(id, _)| *id).collect();
        Cue { name, of: *of, value, weight, examples }
    };
    EFFECTS.iter().map(cue).collect()
}

/// A count of words as a measurement of a trait: its value in standard deviations, and its weight.
fn measure(count: f64, words: f64, rate: f64, r: f64) -> (f64, f64) {
    let between = (SPREAD * rate).powi(2);
    let sampling = rate * (1.0 - rate) / words;
    let z = ((count / words - rate) / (between + sampling).sqrt()).clamp(-FURTHEST, FURTHEST);
    let r = r * (between / (between + sampling)).sqrt();
    (z / r, weight_of(r))
}

/// Learns from what a person has said lately; true if there was enough of it.
pub async fn learn(app: &App, user: UserId) -> Result<bool, bondhu_store::StoreError> {
    let now = app.clock.now();
    let state = app.store.personality_state(user).await?;
    let start = state.map_or(Timestamp::from_millis(0), |state| state.learn_from);
    let remarks = app.store.remarks_since(user, start.max(now.minus(SPAN)), MOST_MESSAGES).await?;
    let found = cues(&remarks);
    if found.is_empty() {
        return Ok(false);
    }
    let mut tx = app.store.begin().await?;
    if tx.personality_state(user).await? != state {
        // The person began anew while this was being worked out: it is no longer wanted.
        return Ok(false);
    }
    for cue in found {
        let examples = serde_json::to_string(&cue.examples).expect("ids are plain data");
        let new = NewEvidence {
            id: EvidenceId(app.clock.new_id()),
            source: Source::Chat,
            cue: cue.name.to_owned(),
            of: cue.of,
            value: cue.value,
            weight: cue.weight,
            message_ids: examples,
            expires_at: Some(now.plus(COUNTS_FOR)),
            now,
        };
        tx.put_evidence(user, new).await?;
    }
    changes::commit(app, tx, user, Reason::Learnt).await?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn remarks(text: &str, times: u64) -> Vec<Remark> {
        let remark = |id| Remark { id: MessageId(Uuid::from_u64_pair(0, id)), text: text.to_owned(), sentiment: None };
        (0..times).map(remark).collect()
    }

    fn cue<'a>(cues: &'a [Cue], name: &str, of: Trait) -> &'a Cue {
        cues.iter().find(|cue| cue.name == name && cue.of == of).unwrap()
    }

    #[test]
    fn little_text_says_nothing() {
        assert_eq!(cues(&remarks("The house by the river is old and the door is open", 12)), []);
        assert_eq!(cues(&[]), []);
    }

    #[test]
    fn many_articles_speak_for_openness_a_little() {
        let many = cues(&remarks("The house by the river has a door and a window to the garden", 40));
        let articles = cue(&many, "articles", Trait::Openness);
        assert!(articles.value > 0.0 && articles.weight < 0.05, "{articles:?}");
        assert_eq!(articles.examples.len(), MOST_EXAMPLES);
        let none = cues(&remarks("Hurry because rain pours, umbrellas broke, shoes got wet, hair dripped", 40));
        assert!(cue(&none, "articles", Trait::Openness).value < 0.0);
        assert!(cue(&none, "articles", Trait::Neuroticism).value > 0.0, "the other way for neuroticism");
    }

    #[test]
    fn other_languages_are_not_measured_by_english_lists() {
        assert_eq!(cues(&remarks("main bahut udaas hoon aaj yaar, kya karoon samajh nahi aata", 60)), []);
        assert_eq!(cues(&remarks("আজ আমার মন ভালো নেই, কিছু ভালো লাগছে না", 60)), []);
    }

    #[test]
    fn few_words_count_less_than_many() {
        let (_, few) = measure(10.0, 150.0, 0.05, 0.2);
        let (_, many) = measure(1000.0, 15_000.0, 0.05, 0.2);
        assert!(few < many && many < weight_of(0.2));
    }

    #[test]
    fn every_effect_is_small_and_has_a_list() {
        assert_eq!(EFFECTS.len(), 30);
        for (_, name, r) in EFFECTS.iter() {
            assert!(KINDS.all().iter().any(|kind| kind.name == *name), "{name}");
            assert!(r.abs() <= 0.23, "{name}");
        }
    }

    proptest! {
        #[test]
        fn weights_are_bounded_whatever_is_counted(count in 0..10_000_u32, more in 0..10_000_u32, at in 0..30_usize) {
            let words = f64::from(count + more + LEAST_WORDS);
            let (_, name, r) = EFFECTS[at];
            let rate = KINDS.all().iter().find(|kind| kind.name == name).unwrap().rate;
            let (value, weight) = measure(f64::from(count), words, rate, r);
            prop_assert!(value.is_finite() && weight > 0.0 && weight <= weight_of(r));
            // What a cue can do to a trait alone: less than half a standard deviation.
            prop_assert!((value * weight / (1.0 + weight)).abs() <= 0.5);
        }
    }
}
