//! Every behaviour of the store, on both engines.
#![expect(clippy::unwrap_used, unreachable_pub, reason = "tests")]

#[path = "conformance/background.rs"]
mod background;
#[path = "conformance/conversations.rs"]
mod conversations;
#[path = "conformance/memories.rs"]
mod memories;
#[path = "conformance/mood.rs"]
mod mood;
#[path = "conformance/outbox.rs"]
mod outbox;
#[path = "conformance/pages.rs"]
mod pages;
#[path = "conformance/people.rs"]
mod people;
#[path = "conformance/personality.rs"]
mod personality;
#[path = "conformance/replies.rs"]
mod replies;
#[path = "conformance/schema.rs"]
mod schema;
#[path = "conformance/search.rs"]
mod search;
#[path = "conformance/strangers.rs"]
mod strangers;
#[path = "conformance/tree.rs"]
mod tree;
#[path = "conformance/vectors.rs"]
mod vectors;
#[path = "conformance/world.rs"]
mod world;

use std::pin::Pin;

use bondhu_testkit::postgres::PgServer;
use world::World;

type Exercise = for<'a> fn(&'a World) -> Pin<Box<dyn Future<Output = ()> + 'a>>;

macro_rules! exercises {
    ($($module:ident { $($name:ident,)+ })+) => {
        mod sqlite {
            $(mod $module {
                $(#[tokio::test]
                async fn $name() {
                    crate::$module::$name(&crate::World::sqlite().await).await;
                })+
            })+
        }

        /// One server for them all, a fresh database for each. Each exercise is a future of its own on the heap: all of
        /// them in one are more than a test's stack holds.
        #[tokio::test]
        async fn postgres_behaves_alike() {
            let exercises: &[(&str, Exercise)] = &[
                $($((concat!(stringify!($module), "::", stringify!($name)), |world| Box::pin($module::$name(world))),)+)+
            ];
            let server = PgServer::start().await.unwrap();
            for (name, exercise) in exercises {
                println!("{name}");
                let world = World::postgres(server.database().await.unwrap()).await;
                exercise(&world).await;
                world.store.close().await;
            }
        }
    };
}

exercises! {
    schema {
        migrating_twice_changes_nothing,
        processes_that_migrate_at_once_wait_for_each_other,
        a_newer_database_is_refused,
        a_dropped_transaction_leaves_no_trace,
    }
    people {
        the_first_person_is_the_owner,
        two_first_sign_ups_make_one_owner,
        a_username_is_taken_in_any_case,
        a_person_changes_what_they_say_about_themselves,
        a_new_password_ends_other_sessions,
        a_session_lasts_until_it_expires,
        a_token_signs_its_person_in,
        an_invitation_works_once,
        two_guests_race_for_one_invitation,
        settings_keep_their_value,
    }
    conversations {
        the_last_touched_comes_first,
        pages_have_no_gaps,
        a_custom_title_stays,
        the_preview_is_the_newest_shown_message,
        deleting_removes_every_trace,
    }
    pages {
        reading_backwards_and_forwards_meets_every_message,
        reading_around_a_message_centres_it,
        a_conversation_that_does_not_exist_is_not_found,
        the_newest_of_all_conversations_come_together,
        a_prompt_sees_what_led_up_to_a_message,
        what_was_written_reads_back,
    }
    replies {
        a_reply_streams_and_ends_once,
        only_one_reply_at_a_time,
        two_tabs_that_send_at_once_do_not_cross,
        a_turn_waits_for_the_one_before,
        an_idempotency_key_works_once,
        abandoned_replies_are_given_up,
        the_latest_crisis_is_found,
    }
    tree {
        a_second_attempt_becomes_a_variant,
        switching_shows_the_whole_branch,
        writing_into_a_hidden_branch_shows_it,
        a_deleted_message_hands_its_answers_on,
        deleting_the_shown_variant_shows_another,
        deleting_the_first_message_keeps_the_rest,
        random_edits_keep_one_path,
    }
    search {
        words_match_in_any_case_and_language,
        all_words_must_match_and_the_last_may_be_unfinished,
        results_come_in_pages,
        streaming_text_is_found_once_it_is_done,
        deleted_text_is_not_found,
        odd_queries_do_no_harm,
        it_agrees_with_a_plain_scan,
    }
    outbox {
        a_task_leaves_with_the_commit,
        a_unique_task_waits_once,
        due_tasks_come_in_order,
    }
    background {
        a_paced_task_waits_for_the_rest_of_its_time,
        an_insight_is_kept_once_for_its_window,
        an_activity_is_noted_once,
    }
    memories {
        a_newer_fact_supersedes_and_keeps_the_older,
        what_was_said_earlier_becomes_history,
        the_same_fact_merges,
        a_forgotten_fact_is_gone_everywhere,
        taking_back_restores_what_was_there,
        a_rejected_fact_is_not_learnt_again,
        a_correction_keeps_its_sources,
        a_deleted_message_takes_what_it_taught,
        a_pinned_fact_hands_its_pin_on,
        memories_come_in_pages_and_kinds,
        what_was_said_in_a_crisis_is_not_recalled,
        remembering_can_be_paused,
        memories_of_others_cannot_be_reached,
    }
    mood {
        a_day_has_one_check_in,
        messages_are_counted_by_day_and_mood,
        a_crisis_is_never_learnt_from_and_can_be_forgotten,
    }
    personality {
        evidence_is_kept_once_and_a_veto_stays,
        a_sitting_can_be_taken_up_again,
        a_reset_leaves_nothing,
        nobody_reaches_the_profile_of_another,
    }
    vectors {
        a_vector_is_kept_once_for_each_message,
        another_model_makes_vectors_anew,
        a_vector_goes_with_its_message,
        a_vector_goes_with_its_fact,
        what_was_said_in_a_crisis_has_no_vector,
        vectors_of_others_cannot_be_reached,
    }
    strangers {
        reach_nothing,
    }
}
