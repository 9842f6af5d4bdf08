//! What the offline listener can say from memory: somebody asks what they have told, and is told.

use bondhu_llm::listener::{Language, language_of};

use super::recall::{Recalled, What, day};

/// How a question about oneself begins.
const ASKING: &[&str] = &[
    "what is my",
    "what's my",
    "whats my",
    "what was my",
    "who is my",
    "who's my",
    "where do i",
    "where am i from",
    "where was i",
    "when is my",
    "when's my",
    "how old am i",
    "what do i",
    "what am i",
    "do you remember",
    "do you know my",
    "do you know where i",
    "do you know what i",
    "which language",
    "what languages",
    "what are my",
    "tell me my",
    "can you remember",
    "what did i",
    "remind me",
    "have i told you",
    "am i allergic",
    "what food",
    "who am i",
    "which city do i",
    "मेरा नाम क्या",
    "मेरी बहन",
    "मैं कहाँ",
    "क्या तुम्हें याद",
    "मेरे भाई",
    "मेरा पसंदीदा",
    "मुझे क्या पसंद",
    "আমার নাম কি",
    "আমার নাম কী",
    "আমি কোথায়",
    "আমার বোনের",
    "আমার প্রিয়",
    "তোমার কি মনে আছে",
    "mera naam kya",
    "main kahan",
    "amar naam ki",
    "ami kothay",
    "amar priyo",
    "meri behen",
    "amar boner",
];
/// Words that turn a question into one for advice.
const ADVICE: &[&str] = &["should", "feel", "think", "do about", "wrong", "करूँ", "करूं", "করব", "korbo", "karu"];

/// What was told, if the message asks for it and it is known. The recalled are best first.
pub fn from_memory<'a>(text: &str, recalled: &'a [Recalled]) -> Option<(String, &'a Recalled)> {
    let lower = text.to_lowercase().replace('’', "'");
    let asks = ASKING.iter().any(|begin| lower.contains(begin)) && !ADVICE.iter().any(|word| lower.contains(word));
    if !asks {
        return None;
    }
    let hit = recalled.iter().filter(|hit| hit.signals.words > 0.0).find(|hit| matches!(hit.what, What::Fact(_)));
    let hit = hit.or_else(|| recalled.iter().find(|hit| hit.signals.words > 0.0))?;
    let (said, when) = match &hit.what {
        What::Fact(memory) => {
            (super::wording::line(&memory.predicate, &memory.object, memory.polarity), day(memory.valid_from))
        }
        What::Message(message) => (message.text.chars().take(300).collect(), day(message.created_at)),
    };
    let answer = match language_of(text) {
        Language::Hindi => format!("तुमने मुझे {when} को बताया था: “{said}”। अगर यह बदल गया है, तो बता देना।"),
        Language::Bengali => format!("তুমি আমাকে {when} তারিখে বলেছিলে: “{said}”। বদলে গিয়ে থাকলে বলো।"),
        _ => format!("You told me on {when}: “{said}”. If that has changed, tell me and I will remember the new one."),
    };
    Some((answer, hit))
}
