use std::time::Duration;

use bondhu_store::*;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use crate::world::World;

pub async fn words_match_in_any_case_and_language(world: &World) {
    let anna = world.person("anna").await;
    let conversation = world.conversation(anna).await;
    let texts = [
        "I met Zoë at the Café, it's lovely.",
        "मैं आज बहुत खुश हूँ।",
        "আমার মন ভালো নেই।",
        "Мне грустно. 2024-05-01, foo_bar@example.org",
    ];
    world.talk(anna, conversation, &texts).await;
    for (query, at) in [
        ("zoe CAFE", 0),
        ("its", 0),
        ("it’s", 0),
        ("खुश", 1),
        ("हूँ", 1),
        ("खु", 1),
        ("ভালো", 2),
        ("নেই মন", 2),
        ("ভাল", 2),
        ("ГРУСТНО", 3),
        ("2024", 3),
        ("foo_bar", 3),
        ("example.org", 3),
    ] {
        assert_eq!(world.found(anna, query).await, [texts[at]], "{query}");
    }
    // A vowel sign is part of its word, not the end of it.
    for query in ["श", "cafeteria", "ো", "café-x"] {
        assert_eq!(world.found(anna, query).await, Vec::<String>::new(), "{query}");
    }
}

pub async fn all_words_must_match_and_the_last_may_be_unfinished(world: &World) {
    let anna = world.person("anna").await;
    let conversation = world.conversation(anna).await;
    world.talk(anna, conversation, &["red apple", "green apple", "green apricot", "apart from that"]).await;
    assert_eq!(world.found(anna, "apple").await, ["green apple", "red apple"]);
    assert_eq!(world.found(anna, "green ap").await, ["green apricot", "green apple"]);
    assert_eq!(world.found(anna, "ap").await.len(), 4);
    assert_eq!(world.found(anna, "a").await.len(), 4);
    assert_eq!(world.found(anna, "gre apple").await, Vec::<String>::new());
    assert_eq!(world.found(anna, "apple green").await, ["green apple"]);
    assert_eq!(world.found(anna, "green green green").await.len(), 2);

    let page = world.store.search_messages(anna, "red ap", None, 10).await.unwrap();
    let piece = |text: &str, hit| Piece { text: text.into(), hit };
    assert_eq!(page.hits[0].snippet, [piece("red", true), piece(" ", false), piece("apple", true)]);
    assert_eq!(page.hits[0].conversation_title, "A talk");
}

pub async fn results_come_in_pages(world: &World) {
    let anna = world.person("anna").await;
    let (one, two) = (world.conversation(anna).await, world.conversation(anna).await);
    let mut said = Vec::new();
    for n in 0..7 {
        let conversation = if n % 2 == 0 { one } else { two };
        // Each replaces the one before: hidden messages are found too.
        said.push(world.say(anna, conversation, None, Sender::User, "the same words").await);
    }
    said.reverse();
    let (mut read, mut before) = (Vec::new(), None);
    loop {
        let page = world.store.search_messages(anna, "same", before, 3).await.unwrap();
        read.extend(page.hits.iter().map(|hit| hit.message.id));
        before = page.older;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(read, said);
}

pub async fn streaming_text_is_found_once_it_is_done(world: &World) {
    let anna = world.person("anna").await;
    let conversation = world.conversation(anna).await;
    let question = world.insert(anna, world.new_message(conversation, None, Sender::User, "Why?")).await.unwrap();
    let lease = world.now().plus(Duration::from_mins(1));
    let reply = world.insert(anna, world.new_reply(&question, lease)).await.unwrap();
    world.store.append_progress(anna, reply.id, "walrus walr", lease, world.now()).await.unwrap();
    assert_eq!(world.found(anna, "walrus").await, Vec::<String>::new());
    world.store.finish_reply(anna, reply.id, world.finish("walrus tusk", Status::Stopped)).await.unwrap();
    assert_eq!(world.found(anna, "walrus").await, ["walrus tusk"]);
    assert_eq!(world.found(anna, "walr tusk").await, Vec::<String>::new());
}

pub async fn deleted_text_is_not_found(world: &World) {
    let anna = world.person("anna").await;
    let conversation = world.conversation(anna).await;
    let said = world.talk(anna, conversation, &["an otter", "one otter"]).await;
    world.store.delete_message(anna, said[0]).await.unwrap();
    assert_eq!(world.found(anna, "otter").await, ["one otter"]);
    // The freed place in the index does not stand for the next message.
    world.say(anna, conversation, Some(said[1]), Sender::User, "no such animal").await;
    assert_eq!(world.found(anna, "otter").await, ["one otter"]);
    assert_eq!(world.found(anna, "animal").await, ["no such animal"]);
}

pub async fn odd_queries_do_no_harm(world: &World) {
    let anna = world.person("anna").await;
    let conversation = world.conversation(anna).await;
    world.talk(anna, conversation, &["it is 'quoted' \"twice\" \\ AND NOT NEAR or", ""]).await;
    for query in ["", "  ", "'\"\\*:&|!()", "🙂", "\0"] {
        let page = world.store.search_messages(anna, query, None, 10).await.unwrap();
        assert_eq!(page, SearchPage::default(), "{query:?}");
    }
    for query in ["'quoted'", "\"twice\"", "AND", "not near", "quoted:*", "twi*", "terms:quoted OR", "-quoted"] {
        let found = world.found(anna, query).await.len();
        assert_eq!(found, usize::from(!query.starts_with("terms")), "{query:?}");
    }
    let long = "x".repeat(10_000);
    world.say(anna, conversation, None, Sender::User, &long).await;
    assert_eq!(world.found(anna, &long).await.len(), 1);
}

pub async fn it_agrees_with_a_plain_scan(world: &World) {
    let anna = world.person("anna").await;
    let conversation = world.conversation(anna).await;
    let mut runner = TestRunner::deterministic();
    let words = "[aAbBéÉकिখা'’._ -]{0,5}|আমি|café|\\PC{0,4}";
    let text = proptest::collection::vec(words, 0..5).prop_map(|words| words.join(" "));
    let mut sample = || text.new_tree(&mut runner).unwrap().current();
    let texts: Vec<String> = (0..80).map(|_| sample()).collect();
    let mut tx = world.store.begin().await.unwrap();
    for text in &texts {
        tx.insert_message(anna, world.new_message(conversation, None, Sender::User, text)).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut hits = 0;
    for query in (0..150).map(|_| sample()) {
        let wanted: Vec<&String> = texts.iter().rev().filter(|text| matches(text, &query)).collect();
        let found = world.found(anna, &query).await;
        assert_eq!(found.iter().collect::<Vec<_>>(), wanted, "{query:?}");
        hits += found.len();
    }
    assert!(hits > 100, "the queries must find something: {hits}");
}

fn matches(text: &str, query: &str) -> bool {
    let (text, query) = (tokens(text), tokens(query));
    let Some((last, rest)) = query.split_last() else { return false };
    rest.iter().all(|wanted| text.iter().any(|token| token.term == wanted.term))
        && text.iter().any(|token| token.term.starts_with(&last.term))
}
