//! `bondhu analyze`: what each line of standard input sounds like.

use std::io::{self, BufRead, BufWriter, IsTerminal, Write, stdin, stdout};

use anyhow::Context;
use bondhu_sentiment::{Analysis, Hints, analyze};
use serde::Serialize;

/// One line of the answer.
#[derive(Serialize)]
struct Reading<'a> {
    sentiment: f64,
    polarity: &'static str,
    mood: &'static str,
    #[serde(serialize_with = "by_name")]
    moods: &'a [(bondhu_sentiment::Mood, f64)],
    confidence: f64,
    language: &'static str,
    crisis_level: u8,
    crisis_reasons: Vec<&'static str>,
}

fn by_name<S: serde::Serializer>(moods: &[(bondhu_sentiment::Mood, f64)], to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(moods.iter().map(|(mood, share)| (mood.name(), rounded(*share))))
}

/// Four digits: more would claim more than is known.
fn rounded(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}

impl<'a> Reading<'a> {
    fn of(said: &'a Analysis) -> Self {
        Self {
            sentiment: rounded(said.sentiment),
            polarity: said.polarity.name(),
            mood: said.mood.name(),
            moods: &said.moods,
            confidence: rounded(said.confidence),
            language: said.language.name(),
            crisis_level: said.crisis.number(),
            crisis_reasons: said.crisis.reasons().into_iter().map(bondhu_sentiment::CrisisReason::name).collect(),
        }
    }
}

/// Reads standard input to its end, and answers with JSON unless a person is looking. A reader that goes away early is
/// no error.
pub(super) fn run(jsonl: bool) -> anyhow::Result<()> {
    let jsonl = jsonl || !stdout().is_terminal();
    let written = copy(stdin().lock(), BufWriter::with_capacity(1 << 16, stdout().lock()), jsonl);
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.context("standard input could not be read to its end"),
    }
}

/// One line of answer for each line of input, an empty one too. Bytes that are no UTF-8 are read as the replacement
/// character.
fn copy(mut from: impl BufRead, mut to: impl Write, jsonl: bool) -> io::Result<()> {
    let mut line = Vec::new();
    loop {
        line.clear();
        if from.read_until(b'\n', &mut line)? == 0 {
            return to.flush();
        }
        let text = String::from_utf8_lossy(line.strip_suffix(b"\n").unwrap_or(&line));
        let said = analyze(text.strip_suffix('\r').unwrap_or(&text), Hints::default());
        let reading = Reading::of(&said);
        if jsonl {
            serde_json::to_writer(&mut to, &reading)?;
        } else {
            write!(to, "{:.4} {} {} {}", reading.sentiment, reading.polarity, reading.mood, reading.language)?;
            if reading.crisis_level > 0 {
                write!(to, " crisis {} ({})", reading.crisis_level, reading.crisis_reasons.join(", "))?;
            }
        }
        to.write_all(b"\n")?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(input: &[u8]) -> Vec<serde_json::Value> {
        let mut out = Vec::new();
        copy(input, &mut out, true).unwrap();
        String::from_utf8(out).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn each_line_has_one_answer() {
        let answers = answers(b"I am so happy\n\n\xff\xfe broken\r\nI want to die");
        assert_eq!(answers.len(), 4);
        assert_eq!((&answers[0]["polarity"], &answers[0]["mood"]), (&"positive".into(), &"happy".into()));
        assert_eq!((&answers[1]["sentiment"], &answers[1]["confidence"]), (&0.5.into(), &0.0.into()));
        assert_eq!(answers[3]["crisis_level"], 2);
        assert_eq!(answers[3]["crisis_reasons"], serde_json::json!(["wish"]));
        assert_eq!(answers[0]["moods"].as_object().unwrap().len(), 11);
    }

    #[test]
    fn people_get_one_short_line() {
        let mut out = Vec::new();
        copy(&b"I am going to kill myself tonight\n"[..], &mut out, false).unwrap();
        let line = String::from_utf8(out).unwrap();
        assert!(line.contains("english crisis 3 (") && line.contains("intent"), "{line}");
    }
}
