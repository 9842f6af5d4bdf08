use bondhu_store::{EvidenceId, Timestamp};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::personality::scale::Norm;

fn evidence(id: u64, source: Source, of: Trait, value: f64, weight: f64) -> Evidence {
    let at = Timestamp::from_millis(1);
    Evidence {
        id: EvidenceId(Uuid::from_u64_pair(0, id)),
        source,
        cue: id.to_string(),
        of,
        value,
        weight,
        message_ids: "[]".to_owned(),
        expires_at: None,
        vetoed_at: None,
        created_at: at,
        updated_at: at,
    }
}

fn openness(evidence: &[Evidence]) -> TraitEstimate {
    replay(evidence, &[]).remove(0)
}

#[test]
fn without_evidence_a_trait_is_that_of_people_in_general() {
    let Norm { mean, deviation, .. } = norm(Trait::Openness);
    let one = openness(&[]);
    assert_eq!((one.mean, one.variance, one.evidence), (mean, deviation * deviation, 0));
}

#[test]
fn the_questionnaire_outweighs_everything_else_together() {
    let norm = norm(Trait::Openness);
    let sitting = evidence(1, Source::Questionnaire, Trait::Openness, -2.0, 1.0 / (1.0 - norm.alpha));
    let mut all = vec![sitting];
    for id in 2..60 {
        let source = [Source::Chat, Source::Music, Source::Video][usize::try_from(id % 3).unwrap()];
        all.push(evidence(id, source, Trait::Openness, 2.0 / 0.3, weight_of(0.3)));
    }
    let (alone, together) = (openness(&all[..1]), openness(&all));
    assert!(together.mean > alone.mean, "the rest does count");
    assert!(together.mean < norm.mean, "{} lies on the side of the questionnaire", together.mean);
}

#[test]
fn a_locked_trait_stays_and_the_others_move() {
    let all = [Trait::Openness, Trait::Extraversion].map(|of| evidence(1, Source::Chat, of, 5.0, 0.1));
    let lock = Lock { of: Trait::Openness, mean: 12.0, variance: 9.0, locked_at: Timestamp::from_millis(1) };
    let profile = replay(&all, &[lock]);
    assert_eq!((profile[0].mean, profile[0].locked, profile[0].band), (12.0, true, Band::Low));
    assert!(profile[2].mean > norm(Trait::Extraversion).mean);
}

fn any_evidence() -> impl Strategy<Value = Vec<Evidence>> {
    let source = prop_oneof![Just(Source::Questionnaire), Just(Source::Chat), Just(Source::Music), Just(Source::Video)];
    let one = (source, 0..5_usize, any::<f64>(), any::<f64>(), any::<bool>());
    proptest::collection::vec(one, 0..24).prop_map(|rows| {
        let rows = rows.into_iter().zip(1..);
        rows.map(|((source, of, value, weight, vetoed), id)| Evidence {
            vetoed_at: vetoed.then_some(Timestamp::from_millis(2)),
            ..evidence(id, source, TRAITS[of], value % 50.0, weight % 10.0)
        })
        .collect()
    })
}

proptest! {
    #[test]
    fn bounds_hold_whatever_the_evidence(evidence in any_evidence()) {
        for one in replay(&evidence, &[]) {
            let deviation = norm(one.of).deviation;
            prop_assert!((0.0..=100.0).contains(&one.mean), "{one:?}");
            prop_assert!(one.low <= one.mean && one.mean <= one.high && one.low >= 0.0 && one.high <= 100.0, "{one:?}");
            prop_assert!(one.variance > 0.0 && one.variance <= deviation * deviation, "{one:?}");
        }
    }

    #[test]
    fn a_veto_gives_exactly_the_profile_without_the_cue(evidence in any_evidence(), at in 0..24_usize) {
        prop_assume!(at < evidence.len());
        let mut vetoed = evidence.clone();
        vetoed[at].vetoed_at = Some(Timestamp::from_millis(3));
        let mut without = evidence.clone();
        let one = without.remove(at);
        prop_assert_eq!(replay(&vetoed, &[]), replay(&without, &[]));
        let mean = |evidence: &[Evidence]| replay(evidence, &[]).into_iter().find(|t| t.of == one.of).unwrap().mean;
        let (_, delta) = effect(&one, &evidence);
        prop_assert!((mean(&evidence) - delta - mean(&vetoed)).abs() < 1e-9);
    }

    #[test]
    fn the_order_in_which_things_were_found_does_not_matter(evidence in any_evidence()) {
        let mut turned = evidence.clone();
        turned.reverse();
        for (one, other) in replay(&evidence, &[]).iter().zip(replay(&turned, &[])) {
            prop_assert!((one.mean - other.mean).abs() < 1e-6 && (one.variance - other.variance).abs() < 1e-6);
        }
    }

    #[test]
    fn a_source_never_counts_more_than_its_limit(evidence in any_evidence()) {
        for of in TRAITS {
            for source in [Source::Chat, Source::Music, Source::Video] {
                let of_source = evidence.iter().filter(|one| one.of == of && one.source == source && one.weight > 0.0);
                let sum: f64 = of_source.map(|one| effect(one, &evidence).0).sum();
                prop_assert!(sum <= weight_of(most_correlation(source).unwrap()) + 1e-9);
            }
        }
    }
}
