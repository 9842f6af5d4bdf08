//! How a fact is put into words: for the prompt, for the index and for people.

use bondhu_store::{Memory, Polarity};

/// What a predicate is called when it is searched for, in the languages that people ask in.
const ASKED_AS: &[(&str, &str)] = &[
    ("name", "name called नाम নাম naam"),
    ("age", "age old years उम्र বয়স umar boyos"),
    ("birthday", "birthday born जन्मदिन জন্মদিন jonmodin"),
    ("hometown", "hometown from born grew home जन्म জন্ম बाड़ी bari"),
    ("lives_in", "live home city place town रहता रहती থাকি rehta rehti thaki"),
    ("works_as", "job work profession occupation living काम पेशा পেশা কাজ kaam kaj"),
    ("works_at", "job work company employer office काम কাজ चाकरी চাকরি"),
    ("studies", "study subject course major पढ़ाई পড়ি"),
    ("studies_at", "study school college university"),
    ("likes", "like love enjoy पसंद ভালোবাসি পছন্দ pasand bhalobashi"),
    ("dislikes", "dislike hate नापसंद অপছন্দ nafrat"),
    ("goal", "goal want dream hope aim सपना স্বপ্ন sapna"),
    ("plan", "plan when upcoming"),
    ("health", "health allergic allergy illness condition एलर्जी অ্যালার্জি"),
    ("habit", "habit routine daily"),
    ("owns", "own have"),
    ("speaks", "speak language languages भाषा ভাষা"),
    ("native_language", "mother tongue native language मातृभाषा মাতৃভাষা"),
    ("learning", "learn learning"),
    ("religion", "religion faith धर्म ধর্ম"),
    ("diet", "diet eat food"),
    ("does_not_eat", "eat food avoid diet"),
    ("spouse", "spouse wife husband married"),
    ("relationship_status", "married single relationship"),
    ("pet", "pet animal"),
    ("sister", "बहन বোন boner behen"),
    ("brother", "भाई ভাই bhai"),
    ("mother", "mom mum माँ মা maa"),
    ("father", "dad पिता বাবা baba"),
    ("dog", "pet कुत्ता কুকুর"),
    ("cat", "pet बिल्ली বিড়াল"),
];
/// Predicates whose object is a name.
const NAMED: &[&str] = &["pet", "plan", "goal", "note", "family"];

/// The fact in a few words: `sister: Asha`, `does not like: mushrooms`.
pub fn line(predicate: &str, object: &str, polarity: Polarity) -> String {
    let said = match (predicate, polarity) {
        ("note", _) => return object.to_owned(),
        ("dislikes", _) => "does not like".to_owned(),
        ("does_not", _) => "does not".to_owned(),
        (other, Polarity::Negative) if !other.starts_with("does_not") => format!("not {}", other.replace('_', " ")),
        (other, _) => other.replace('_', " "),
    };
    format!("{said}: {object}")
}

/// What a fact is found by.
pub fn searchable(memory: &Memory) -> String {
    let asked = ASKED_AS.iter().find(|(predicate, _)| *predicate == memory.predicate).map_or("", |(_, words)| words);
    let name = if asked.contains("name") || NAMED.contains(&memory.predicate.as_str()) {
        ""
    } else {
        "name नाम নাম naam"
    };
    let relation = matches!(memory.kind, bondhu_store::MemoryKind::People | bondhu_store::MemoryKind::Pets);
    let name = if relation { name } else { "" };
    format!("{} {} {asked} {name}", memory.predicate.replace('_', " "), memory.object)
}
