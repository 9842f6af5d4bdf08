//! What must hold for any reading, and how often the reading is right on the cases of the crate.

use bondhu_sentiment::{
    Analysis, Hints, Language, Mood, Polarity, analyze,
    training::{Model, Register, crc32, features, reading},
};
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

static WEIGHTS: &[u8] = include_bytes!("../weights/model.bin");

fn read(text: &str) -> Analysis {
    analyze(text, Hints::default())
}

#[test]
fn plain_sentences() {
    for (text, mood) in [
        ("I am so happy today", Mood::Happy),
        ("Thank you, I am really grateful", Mood::Grateful),
        ("I feel calm and relaxed", Mood::Calm),
        ("Let's go, I'm motivated!", Mood::Motivated),
        ("I feel sad and empty", Mood::Sad),
        ("I am so worried about the exam", Mood::Anxious),
        ("This makes me furious", Mood::Angry),
        ("Nobody calls me, I feel lonely", Mood::Lonely),
        ("I'm exhausted", Mood::Tired),
        ("The bus leaves at nine", Mood::Neutral),
        ("मैं बहुत खुश हूँ", Mood::Happy),
        ("আমি খুব দুঃখিত", Mood::Sad),
        ("main bahut udaas hoon", Mood::Sad),
        ("ami khub khushi", Mood::Happy),
    ] {
        assert_eq!(read(text).mood, mood, "{text}");
    }
}

#[test]
fn moods_are_heard_in_shorthand() {
    for (text, mood) in [
        ("amr mon ta onk khrp", Mood::Sad),
        ("kichui valo lagena", Mood::Sad),
        ("mood bht khrab h", Mood::Sad),
        ("mai bht thk gya hu aj", Mood::Tired),
        ("bhut thkan ho rhi h", Mood::Tired),
        ("bht ghbrahat ho rhi exam ki", Mood::Anxious),
        ("sukriya bhai tune bht help ki", Mood::Grateful),
    ] {
        assert_eq!(read(text).mood, mood, "{text}");
    }
}

#[test]
fn joy_and_grief_are_as_far_apart_in_every_language() {
    for (joy, grief) in [
        ("I am very happy", "I am very sad"),
        ("मैं बहुत खुश हूँ", "मैं बहुत दुखी हूँ"),
        ("আমি খুব খুশি", "আমার মন খারাপ"),
        ("main bahut khush hoon", "main bahut udaas hoon"),
        ("ami khub khushi", "amar mon kharap"),
    ] {
        let apart = read(joy).sentiment - read(grief).sentiment;
        assert!(apart > 0.2, "{joy}, {grief}: {apart}");
    }
}

#[test]
fn negation_turns_the_sign() {
    for (text, negated) in [
        ("I am happy", "I am not happy"),
        ("this is good", "this is not good"),
        ("I like it", "I don't like it"),
        ("main khush hoon", "main khush nahi hoon"),
    ] {
        assert!(read(text).sentiment > 0.5, "{text} {}", read(text).sentiment);
        assert!(read(negated).sentiment < 0.5, "{negated} {}", read(negated).sentiment);
    }
    assert!(read("It is not bad").sentiment > read("It is bad").sentiment);
    assert!(read("I am very happy").sentiment >= read("I am happy").sentiment);
}

#[test]
fn an_exclamation_mark_never_turns_the_sign() {
    for text in ["I am happy", "I am sad", "what a lovely day", "this is terrible", "main khush hoon", "আমার মন খারাপ"]
    {
        let (plain, loud) = (read(text).sentiment, read(&format!("{text}!")).sentiment);
        assert!((plain - 0.5) * (loud - 0.5) > 0.0, "{text}: {plain} {loud}");
    }
}

#[test]
fn names_and_addresses_change_next_to_nothing() {
    for text in [
        "I am so happy about the news today",
        "this is the worst service I have ever had in my life",
        "we went to the market and bought some fish for dinner",
    ] {
        let plain = read(text).sentiment;
        for more in [format!("{text} https://example.org/a?b=c"), format!("@someone {text}")] {
            assert!((read(&more).sentiment - plain).abs() < 0.08, "{more}: {plain} {}", read(&more).sentiment);
        }
    }
}

#[test]
fn capitals_keep_the_class() {
    for text in ["I am so happy today", "I hate this so much", "thank you for everything", "this is terrible news"] {
        assert_eq!(read(&text.to_uppercase()).polarity, read(text).polarity, "{text}");
    }
}

#[test]
fn emoji_alone_speak() {
    for (text, is_positive) in [("😍", true), ("🎉🎉", true), ("❤️", true), ("😭", false), ("😡", false), ("💔", false)]
    {
        let sentiment = read(text).sentiment;
        assert_eq!(sentiment > 0.5, is_positive, "{text} {sentiment}");
    }
}

#[test]
fn nothing_is_neutral() {
    for text in ["", " ", "\n\t", "\u{feff}"] {
        let said = read(text);
        assert!((said.sentiment - 0.5).abs() < f64::EPSILON, "{text:?} {}", said.sentiment);
        assert_eq!((said.mood, said.polarity, said.crisis.number()), (Mood::Neutral, Polarity::Neutral, 0));
        assert_eq!(said.moods.len(), Mood::ALL.len());
    }
}

#[test]
fn languages_are_told_apart() {
    let texts = ["I am well today", "मैं ठीक हूँ", "আমি ভালো", "main theek hoon yaar", "ami bhalo achi"];
    let expected = [Language::English, Language::Hindi, Language::Bengali, Language::Hinglish, Language::Banglish];
    assert_eq!(texts.map(|text| read(text).language), expected);
    assert_eq!(analyze("", Hints::language(Language::Bengali)).language, Language::Bengali);
}

#[test]
fn short_english_is_english() {
    for text in [
        "Happy birthday sir!",
        "Life is good.",
        "nice to meet you too!",
        "ok x",
        "so true",
        "So cute! Congrats ladies!!!",
    ] {
        assert_eq!(read(text).language, Language::English, "{text}");
    }
    // Unless the person is known to write something else.
    let unclear = "le to lo na";
    assert_eq!(read(unclear).language, Language::English);
    assert_eq!(analyze(unclear, Hints::language(Language::Hinglish)).language, Language::Hinglish);
}

#[test]
fn lazy_spelling_says_the_same() {
    for (text, lazy, polarity) in [
        ("apnar video ta onek valo laglo vai", "apner vdo ta onk vlo lglo vaia", Polarity::Positive),
        ("amar mon ta onek kharap aj", "amr mon ta onk khrp aaj", Polarity::Negative),
        ("ei product ta khub baje", "ai prodact ta khb bajee", Polarity::Negative),
        ("aaj ka din bahut acha tha yaar", "aj ka din bohot accha tha yar", Polarity::Positive),
    ] {
        let (plain, lazy_too) = (read(text), read(lazy));
        assert_eq!((plain.polarity, lazy_too.polarity), (polarity, polarity), "{lazy}");
        assert!(
            (plain.sentiment - lazy_too.sentiment).abs() < 0.05,
            "{lazy}: {} {}",
            plain.sentiment,
            lazy_too.sentiment
        );
        assert_eq!(plain.language, lazy_too.language, "{lazy}");
    }
}

#[test]
fn english_words_in_romanised_talk_stay_english() {
    for (text, word) in [("yaar mujhe uska kiss bahut yaad aa raha hai", "kiss"), ("eta to ekdom heaven vai", "heaven")]
    {
        let said = read(text);
        assert!(said.spans.iter().any(|span| &text[span.start..span.end] == word && span.weight > 0.0), "{text}");
    }
}

#[test]
fn own_moods_are_found() {
    let (mut right, mut all) = ([0.0; 2], [0.0; 2]);
    for line in include_str!("cases/moods_dev.tsv").lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let which = usize::from(cells[2] != "en");
        all[which] += 1.0;
        right[which] += f64::from(u8::from(read(cells[5]).mood.name() == cells[3]));
    }
    println!("own moods: English {:.3}, other languages {:.3}", right[0] / all[0], right[1] / all[1]);
    assert!(right[0] / all[0] >= 0.85 && right[1] / all[1] >= 0.85);
}

#[test]
fn happiness_that_is_denied_is_sadness() {
    for text in ["I'm not happy at all", "not feeling happy these days", "I am not happy at all today"] {
        assert_eq!(read(text).mood, Mood::Sad, "{text}");
    }
    assert_eq!(read("I am so happy today!").mood, Mood::Happy);
}

#[test]
fn the_weights_are_whole() {
    let (body, end) = WEIGHTS.split_at(WEIGHTS.len() - 4);
    assert_eq!(crc32(body).to_le_bytes(), end);
    assert!(WEIGHTS.len() < 5_000_000);
    let model = Model::parse(WEIGHTS).unwrap();
    assert_eq!(model.to_bytes(), WEIGHTS);
    assert!(model.dense.knots.iter().all(|row| row.is_sorted()), "sentiment rises with the score");
}

#[test]
fn damaged_weights_are_refused() {
    assert_eq!(Model::parse(&WEIGHTS[..10]).unwrap_err(), "too short for a header");
    assert_eq!(Model::parse(&WEIGHTS[..1000]).unwrap_err(), "another length than the header says");
    for (at, message) in [
        (0, "not a file of weights"),
        (4, "weights of another version"),
        (6, "weights of another version"),
        (8, "weights made with another hash"),
        (12, "another length than the header says"),
        (26, "another length than the header says"),
    ] {
        let mut bytes = WEIGHTS.to_vec();
        bytes[at] ^= 1;
        assert_eq!(Model::parse(&bytes).unwrap_err(), message);
    }
}

#[test]
fn crc_is_that_of_zlib() {
    assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
}

/// The weights are worth nothing with another hash: these numbers must never change.
#[test]
fn hashes_are_pinned_down() {
    let hashes = |text: &str| features(text).hashes;
    same_hashes("ok", &hashes("ok"), GOLDEN_OK);
    same_hashes("ভালো", &hashes("ভালো")[..4], GOLDEN_BENGALI);
    same_hashes("soooo", &hashes("soooo")[..3], GOLDEN_DRAWN);
    same_hashes("vlo na", &reading("vlo na", |_, _| Register::Banglish).words.concat(), GOLDEN_WORDS);
}

fn same_hashes(text: &str, found: &[u32], expected: &[u32]) {
    assert_eq!(found, expected, "{text}");
}

const GOLDEN_OK: &[u32] = &[2_806_096_285, 2_016_373_752, 1_168_042_119, 4_059_225_602, 557_090_683];
const GOLDEN_BENGALI: &[u32] = &[298_842_501, 2_910_554_263, 236_513_711, 980_098_659];
const GOLDEN_WORDS: &[u32] = &[852_508_944, 495_916_778, 3_353_868_489, 2_468_685_420, 2_441_427_067, 1_834_270_880];
const GOLDEN_DRAWN: &[u32] = &[218_851_573, 3_484_957_322, 2_585_174_037];

proptest! {
    #[test]
    fn any_text_gives_bounded_figures(text in "\\PC{0,200}", bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        for text in [text, String::from_utf8_lossy(&bytes).into_owned()] {
            let said = read(&text);
            prop_assert!((0.0..=1.0).contains(&said.sentiment));
            prop_assert!((0.0..=1.0).contains(&said.confidence));
            let whole: f64 = said.moods.iter().map(|(_, share)| share).sum();
            prop_assert!((whole - 1.0).abs() < 1e-5);
            prop_assert!(said.moods.is_sorted_by(|(_, one), (_, other)| one >= other));
            for span in &said.spans {
                prop_assert!(text.get(span.start..span.end).is_some_and(|part| !part.is_empty()));
            }
            for sign in &said.crisis.signs {
                prop_assert!(text.get(sign.start..sign.end).is_some_and(|part| !part.is_empty()));
            }
        }
    }

    #[test]
    fn the_same_text_reads_the_same(text in ".{0,100}") {
        prop_assert_eq!(read(&text), read(&text));
    }
}
