//! Puts a reply together: words given back, a word on the feeling, and at most one question.
use super::Heard;
use super::echo::{Echo, fill, topic_of};
use super::language::{Language, language_of};
use super::lines::{dice, part, pick};
use super::reading::{Reading, is_light};
use super::words::padded;

/// Replies stay within this many characters.
const LONGEST_REPLY: usize = 320;

pub(super) fn compose(heard: &Heard) -> String {
    let language = language_in(heard);
    let reading = Reading::of(heard.text, language, heard.recent_messages, heard.mood);
    let composer = Composer { heard, language, reading: &reading };
    let reply = match reading.kind {
        "open" if language == Language::English => composer.english(),
        "open" => composer.other(),
        "short" | "dont_know" => composer.earlier().unwrap_or_else(|| composer.whole(&[reading.kind, "any"])),
        "medical_urgent" => composer.whole(&["medical_urgent", "medical"]),
        // Here the right words matter more than new ones.
        "dark" | "medical" => composer.whole(&[reading.kind]),
        kind => composer.whole(&[kind, "any"]),
    };
    if reply.chars().count() <= LONGEST_REPLY { reply } else { composer.whole(&["any"]) }
}

/// The language of the message; one without a sign of its own goes on in the language of the last one that had.
fn language_in(heard: &Heard) -> Language {
    let own = language_of(heard.text);
    let words = padded(heard.text).split_whitespace().count();
    if own != Language::English || words > 2 || is_english_start(heard.text) {
        return own;
    }
    heard.recent_messages.first().map_or(own, |last| language_of(last))
}

fn is_english_start(text: &str) -> bool {
    matches!(
        padded(text).split_whitespace().next(),
        Some("i" | "i'm" | "im" | "my" | "the" | "hello" | "hi" | "hey" | "thanks" | "thank")
    )
}

struct Composer<'a> {
    heard: &'a Heard<'a>,
    language: Language,
    reading: &'a Reading,
}

impl Composer<'_> {
    fn choose(&self, pools: &[&'static [&'static str]], purpose: u64) -> Option<&'static str> {
        pick(pools, self.heard.recent_replies, dice(self.heard.seed, self.heard.turn, purpose))
    }

    /// A reply that is one line of the first part that has a fresh one.
    fn whole(&self, parts: &[&str]) -> String {
        let pools: Vec<_> = parts.iter().map(|name| part(self.language, name)).collect();
        self.choose(&pools, 1).unwrap_or("...").to_owned()
    }

    fn english(&self) -> String {
        let feeling = self.reading.feeling;
        let shape = dice(self.heard.seed, self.heard.turn, 2) % 5;
        let given_back = self.given_back();
        let mut sentences: Vec<String> = Vec::new();
        if self.reading.long {
            sentences.extend(self.choose(&[part(self.language, "long")], 8).map(str::to_owned));
        } else if shape != 1 || feeling.is_none() {
            sentences.extend(given_back);
        }
        if feeling.is_some() && (shape != 2 || sentences.is_empty()) {
            sentences.extend(self.about_feeling());
        }
        // Now and then only presence: a question after every message is an interview.
        let rest = shape == 3 && self.heard.turn > 0 && feeling.is_some_and(|feeling| !is_light(feeling));
        let last = if rest { self.choose(&[part(self.language, "stay")], 5) } else { self.question() };
        sentences.extend(last.map(str::to_owned));
        sentences.join(" ")
    }

    /// The person's own words, when there are some that can be given back.
    fn given_back(&self) -> Option<String> {
        let echo = self.reading.echo.as_ref();
        let topic = self.reading.topic.as_ref().map(|(_, name)| name.as_str());
        let name = match echo {
            Some(Echo::Own(_)) => "echo",
            Some(Echo::Others(_)) => "echo_other",
            _ if topic.is_some() => "topic",
            Some(Echo::Quote(_)) => "quote",
            None => return None,
        };
        // Giving back the same clause twice in a row would be mockery.
        let line = self.choose(&[part(self.language, name)], 3)?;
        let filled = fill(line, echo, topic);
        let repeats = self.heard.recent_replies.iter().any(|reply| reply.contains(&filled));
        (!repeats).then_some(filled)
    }

    fn about_feeling(&self) -> Option<String> {
        let feeling = self.reading.feeling?;
        let tone = if is_light(feeling) { "feel.light" } else { "feel.heavy" };
        let pools = [part(self.language, &format!("feel.{feeling}")), part(self.language, tone)];
        self.choose(&pools, 4).map(str::to_owned)
    }

    fn question(&self) -> Option<&'static str> {
        let by_feeling = self.reading.feeling.unwrap_or("plain");
        let by_feeling = part(self.language, &format!("ask.{by_feeling}"));
        let by_topic =
            self.reading.topic.as_ref().map_or(&[][..], |(group, _)| part(self.language, &format!("ask.{group}")));
        let general = part(self.language, "ask");
        let topic_first = self.reading.feeling.is_none() || dice(self.heard.seed, self.heard.turn, 7).is_multiple_of(4);
        let pools = if topic_first { [by_topic, by_feeling, general] } else { [by_feeling, by_topic, general] };
        self.choose(&pools, 6)
    }

    /// Languages with a smaller set: one whole line for the feeling, else the topic, else the words themselves.
    fn other(&self) -> String {
        if self.reading.long {
            return self.whole(&["long", "any"]);
        }
        let topic = self.reading.topic.as_ref().map(|(_, name)| name.as_str());
        let echo = self.reading.echo.as_ref();
        let feeling = self.reading.feeling.map(|feeling| part(self.language, &format!("feel.{feeling}")));
        let mut pools: Vec<&'static [&'static str]> = Vec::new();
        pools.extend(feeling);
        if topic.is_some() {
            pools.push(part(self.language, "topic"));
        }
        if matches!(echo, Some(Echo::Quote(_))) {
            pools.push(part(self.language, "quote"));
        }
        pools.push(part(self.language, "any"));
        fill(self.choose(&pools, 1).unwrap_or("..."), echo, topic)
    }

    /// After a very short message: what the person spoke of before.
    fn earlier(&self) -> Option<String> {
        if dice(self.heard.seed, self.heard.turn, 9).is_multiple_of(2) {
            return None;
        }
        let mut before = self.heard.recent_messages.iter().take(4);
        let (_, name) = before.find_map(|message| topic_of(message, &padded(message), self.language))?;
        let line = self.choose(&[part(self.language, "earlier")], 1)?;
        let filled = fill(line, None, Some(&name));
        (!self.heard.recent_replies.contains(&filled.as_str())).then_some(filled)
    }
}
