use super::*;

fn said(sender: Sender, text: &str) -> Utterance {
    Utterance { sender, text: text.to_owned() }
}

/// Newest first, as the store reads it.
fn conversation() -> Vec<Utterance> {
    let mut messages = vec![
        said(Sender::User, "Hi, I am Asha's brother."),
        said(Sender::Companion, "Hello. What is on your mind?"),
        said(Sender::User, "My exam is on Monday and I cannot sleep."),
        said(Sender::Companion, ""),
        said(Sender::User, "What did I say my exam day was?"),
    ];
    messages.reverse();
    messages
}

fn parts(history: &[Utterance], token_budget: usize) -> Parts<'_> {
    Parts {
        memories: &[],
        display_name: "Ravi",
        now: Timestamp::from_millis(1_795_000_000_000),
        person: "",
        history,
        crisis: None,
        token_budget,
        max_output_tokens: 800,
    }
}

fn shown(request: &ChatRequest) -> String {
    let lines = request.messages.iter().map(|message| format!("{:?}: {}", message.role, message.text));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_prompt_holds_the_conversation_in_order() {
    let history = conversation();
    let request = build(&parts(&history, 6_000));
    insta::assert_snapshot!(shown(&request), @r"
    User: Hi, I am Asha's brother.
    Companion: Hello. What is on your mind?
    User: My exam is on Monday and I cannot sleep.
    User: What did I say my exam day was?
    ");
    insta::assert_snapshot!("system", request.system);
}

#[test]
fn the_oldest_messages_are_dropped_first() {
    let history = conversation();
    let system = estimated_tokens(&system_text(&parts(&history, 0)));
    let request = build(&parts(&history, system + 40));
    insta::assert_snapshot!(shown(&request), @r"
    User: My exam is on Monday and I cannot sleep.
    User: What did I say my exam day was?
    ");
}

#[test]
fn the_newest_message_is_there_even_without_room() {
    let history = conversation();
    let request = build(&parts(&history, 0));
    assert_eq!(shown(&request), "User: What did I say my exam day was?");
}

#[test]
fn a_prompt_never_begins_with_the_companion() {
    let history = conversation();
    let system = estimated_tokens(&system_text(&parts(&history, 0)));
    for room in 0..80 {
        let request = build(&parts(&history, system + room));
        assert_eq!(request.messages[0].role, Role::User, "room for {room}");
    }
}

#[test]
fn a_person_in_danger_gets_the_note_on_care() {
    let history = conversation();
    let calm = build(&parts(&history, 6_000));
    let crisis = build(&Parts { crisis: Some(CrisisLevel::Ideation), ..parts(&history, 6_000) });
    assert!(!calm.system.contains("self-harm. Help lines are already"));
    assert!(crisis.system.contains("self-harm. Help lines are already"));
}

#[test]
fn memories_stand_between_the_persona_and_the_care() {
    let memories =
        ["lives in: Pune (said 2026-03-01)".to_owned(), "2026-02-11: \"My sister visits in May.\"".to_owned()];
    let history = [said(Sender::User, "Hello")];
    let request = build(&Parts { memories: &memories, ..parts(&history, 1000) });
    let system = request.system;
    let at = system.find("has told you before").expect("the heading is there");
    assert!(
        system[at..].ends_with("- lives in: Pune (said 2026-03-01)\n- 2026-02-11: \"My sister visits in May.\"\n"),
        "{system}"
    );
}
