use super::*;

fn index(texts: &[(&str, u128, &str)]) -> Index<usize> {
    let mut index = Index::default();
    for (key, (speaker, session, text)) in texts.iter().enumerate() {
        let speaker = (!speaker.is_empty()).then(|| (*speaker).to_owned());
        index.add(&Document { key, speaker, session: Some(*session), text: (*text).to_owned() });
    }
    index
}

fn keys(found: &[Match<usize>]) -> Vec<usize> {
    found.iter().map(|found| found.key).collect()
}

#[test]
fn the_rarer_word_decides() {
    let index =
        index(&[("", 1, "the market was loud"), ("", 2, "the market sold saffron"), ("", 3, "the market was cold")]);
    assert_eq!(keys(&index.search("Where did I see saffron at the market?", 3))[0], 1);
    assert!(index.search("what of the", 3).is_empty() && index.search("", 3).is_empty());
}

#[test]
fn what_stands_beside_a_match_is_found_too() {
    let index = index(&[
        ("", 1, "Guess who came to dinner"),
        ("", 1, "My cousin Leela"),
        ("", 2, "Rain again"),
        ("", 2, "And again"),
    ]);
    let found = index.search("who came to dinner?", 2);
    assert_eq!(keys(&found), [0, 1]);
    assert!(found[1].signals.words == 0.0 && found[1].signals.neighbours > 0.0);
}

#[test]
fn the_person_named_counts_more_and_a_question_less() {
    let texts = [("Ann", 1, "I painted a boat"), ("Bo", 2, "I painted a boat"), ("Bo", 3, "Have you painted a boat?")];
    let found = index(&texts).search("What did Bo paint?", 3);
    assert_eq!(found[0].key, 1);
    assert!(found.iter().find(|found| found.key == 2).unwrap().signals.factor < 1.0 + NAMED);
}

#[test]
fn the_signals_make_the_score() {
    let index = index(&[
        ("", 1, "tea with ginger"),
        ("", 1, "ginger and lemon"),
        ("", 1, "lemon tart"),
        ("", 2, "lemon and mint"),
    ]);
    for found in index.search("ginger lemon", 4) {
        assert!((found.signals.total() - found.score).abs() < 1e-6);
    }
}

#[test]
fn words_of_any_script_are_found_by_their_stems() {
    let index = index(&[("", 1, "আমার বোনের নাম মিতা"), ("", 2, "मेरी बहन का नाम आशा है"), ("", 3, "dogs running")]);
    assert_eq!(keys(&index.search("বোন", 1)), [0]);
    assert_eq!(keys(&index.search("बहन", 1)), [1]);
    assert_eq!(keys(&index.search("a dog runs", 1)), [2]);
}
