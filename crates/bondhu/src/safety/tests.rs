use super::{CrisisLevel, check};

/// Rows of a case file: id, language, expected level, category, text.
fn cases(file: &'static str) -> Vec<(&'static str, &'static str, i16, &'static str)> {
    let rows = file.lines().filter(|line| !line.starts_with('#') && !line.starts_with("id\t"));
    rows.map(|line| {
        let cells: Vec<&str> = line.split('\t').collect();
        (cells[0], cells[2], cells[3].parse().unwrap(), cells[5])
    })
    .collect()
}

fn level(text: &str) -> i16 {
    check(text).map_or(0, CrisisLevel::as_i16)
}

#[test]
fn dev() {
    for (id, lang, want, text) in cases(include_str!("../../data/safety/cases_dev.tsv")) {
        let got = level(text);
        if got != want {
            println!("{id} {lang} want {want} got {got}: {text}");
        }
    }
}

#[test]
fn shows() {
    for text in [
        "my dad has a knife and I locked myself in the bathroom",
        "if I died tomorrow it would be a relief",
        "kal phir se haath kaat liya maine",
    ] {
        let words = super::text::words(text).list;
        let n: Vec<u32> = words.iter().map(|w| super::tables::TABLES.words.number(w)).collect();
        for s in 0..n.len() {
            for (k, e) in super::tables::TABLES.at(&n, s) {
                println!("{k:?} {:?}", &words[s..e]);
            }
        }
        println!("--");
    }
}
