//! What must never become a fact: suppositions, stories, what others say, and what is denied.

use super::clauses::Clause;
use super::grammar::GRAMMAR;
use super::words::Sentence;

/// Phrases that make a sentence a story.
const PHRASES: &[&str] = &[
    "in the movie",
    "in the film",
    "in the book",
    "in the novel",
    "in the game",
    "in the story",
    "in the song",
    "in the show",
    "in my dream",
    "in a dream",
    "my character",
    "in a parallel",
    "in another life",
    "once upon",
    "as a joke",
    "just kidding",
    "used to",
    "no longer",
    "as if",
    "like i am",
    "not anymore",
    "the song goes",
    "the line",
    "lets say",
    "let us say",
    "let 's say",
    "what if",
    "in my story",
    "in a story",
    "in this game",
    "in this story",
    "in that movie",
    "मान लो",
    "मान लीजिए",
    "फिल्म में",
    "कहानी में",
    "মনে কর",
    "মনে করো",
    "সিনেমায় আমি",
    "গল্পে আমি",
    "maan lo",
    "man lo",
    "mone koro",
    "mone kor",
    "film mein main",
    "golpe ami",
];

/// Whether the whole sentence is to be left alone.
pub(super) fn tells_no_fact(sentence: &Sentence) -> bool {
    if sentence.asks {
        return true;
    }
    let words: Vec<&str> = sentence.words.iter().map(|word| word.norm.as_str()).collect();
    let text = format!(" {} ", words.join(" "));
    let would =
        words.contains(&"would") && !["would like to", "would love to"].iter().any(|polite| text.contains(polite));
    words.iter().any(|word| GRAMMAR.is("story", word))
        || would
        || PHRASES.iter().any(|phrase| text.contains(&format!(" {phrase} ")))
        || words.iter().any(|word| GRAMMAR.is("suppositions", word))
        || begins_with_question(&words)
}

/// A question without its mark.
fn begins_with_question(words: &[&str]) -> bool {
    words.first().is_some_and(|first| GRAMMAR.is("asking", first))
}

/// Whether a clause tells what somebody else said or thinks; then the rest of the sentence is theirs.
pub(super) fn reports_others(clause: &Clause) -> bool {
    let Some(at) = clause.all.iter().position(|word| GRAMMAR.is("reports", word)) else { return false };
    let own = clause.all[..at].iter().any(|word| GRAMMAR.is("self", word));
    // "X কে ... বলে ডাকে", "कहते हैं" after one's own name: the name patterns need these.
    let naming = clause.all.iter().any(|word| GRAMMAR.is("naming_words", word))
        && !clause.all.iter().any(|word| ["कि", "যে", "ki", "je", "that"].contains(&word.as_str()));
    !own && !naming
}

/// Whether a clause denies.
pub(super) fn denies(clause: &Clause) -> bool {
    clause.words.iter().any(|word| GRAMMAR.is("denials", &word.norm))
}
