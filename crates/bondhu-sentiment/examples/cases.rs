//! Measures the crisis detector on files of cases: `cargo run -p bondhu-sentiment --example cases -- FILE...`.
//!
//! Columns: id, split, language, level, category, text. Prints the rows that went wrong, then figures by language.

#![expect(clippy::print_stdout, reason = "figures are what this program is for")]

use std::{collections::BTreeMap, env, error::Error, fs};

#[derive(Default)]
struct Figures {
    all: usize,
    exact: usize,
    /// Level 2 or 3, and how many of them were found as such.
    risk: [usize; 2],
    /// How many of them the phrases find by themselves.
    by_phrases: usize,
    acute: [usize; 2],
    acute_exact: usize,
    /// Level 0, raised to 2 or 3, raised to 3.
    ordinary: [usize; 3],
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut by_language: BTreeMap<String, Figures> = BTreeMap::new();
    for path in env::args().skip(1) {
        let text = fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
        for line in text.lines().filter(|line| !line.starts_with('#') && !line.starts_with("id\t")) {
            let cells: Vec<&str> = line.split('\t').collect();
            let [id, _, language, level, _, message] = cells[..] else { continue };
            let level: u8 = level.parse()?;
            let got = bondhu_sentiment::analyze(message, bondhu_sentiment::Hints::default()).crisis.number();
            if got != level {
                println!("{id} {language} expected {level}, found {got}: {message}");
            }
            let by_phrases = bondhu_sentiment::training::by_phrases(message).number() >= 2;
            for name in [language, "all"] {
                count(by_language.entry(name.to_owned()).or_default(), level, got, by_phrases);
            }
        }
    }
    for (language, f) in &by_language {
        println!(
            "{language}: {} rows, exact {}; level 2-3 found {}/{} (by phrases alone {}); level 3 found {}/{}, exact {}; \
             ordinary raised to 2-3 {}/{}, to 3 {}",
            f.all,
            f.exact,
            f.risk[1],
            f.risk[0],
            f.by_phrases,
            f.acute[1],
            f.acute[0],
            f.acute_exact,
            f.ordinary[1],
            f.ordinary[0],
            f.ordinary[2]
        );
    }
    Ok(())
}

fn count(f: &mut Figures, level: u8, got: u8, by_phrases: bool) {
    let one = |yes: bool| usize::from(yes);
    f.all += 1;
    f.exact += one(got == level);
    f.risk[0] += one(level >= 2);
    f.risk[1] += one(level >= 2 && got >= 2);
    f.by_phrases += one(level >= 2 && by_phrases);
    f.acute[0] += one(level == 3);
    f.acute[1] += one(level == 3 && got >= 2);
    f.acute_exact += one(level == 3 && got == 3);
    f.ordinary[0] += one(level == 0);
    f.ordinary[1] += one(level == 0 && got >= 2);
    f.ordinary[2] += one(level == 0 && got == 3);
}
