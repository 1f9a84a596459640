//! Values of the rulebook, asked by themselves.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests stop on the first surprise"
)]

use cert_lifecycle::model::{
    Channel, Day, Offset, RevocationReason, RsaExponent, Site, Timestamp, ValidationClass,
};
use cert_lifecycle::rulebook::{
    CaDuties, CaDutiesError, Dated, DutyTable, Edition, ExponentRule, Field, GroundSet,
    HostingYears, Module, ModuleSet, RevocationGround, RuleId, Rulebook, UploadName,
};

#[test]
fn a_set_holds_what_it_was_given_twice() {
    for &module in Module::ALL {
        let set = ModuleSet::of(&[module, module]);
        assert_eq!(set, ModuleSet::of(&[module]));
        assert!(set.contains(module));
    }
    for ground in RevocationGround::ALL {
        let set = GroundSet::of(&[ground, ground]);
        assert_eq!(set.iter().collect::<Vec<_>>(), [ground]);
    }
}

/// BR 4.9.1.1 names the CRL's reason behind each ground.
#[test]
fn k20_each_ground_has_its_reason() {
    let reasons = RevocationGround::ALL.map(|ground| (ground.number(), ground.reason()));
    for (number, reason) in reasons {
        let expected = number.map(|number| match number {
            1 | 14 | 15 => RevocationReason::Unspecified,
            3 | 4 | 16 => RevocationReason::KeyCompromise,
            5 | 6 | 12 => RevocationReason::Superseded,
            9 => RevocationReason::CessationOfOperation,
            _ => RevocationReason::PrivilegeWithdrawn,
        });
        assert_eq!(reason, expected, "{number:?}");
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn tables_of_duties_are_named_where_they_are_refused() {
    let book = Rulebook::published();
    let duties = book.duties();
    assert!(!duties.short_lived().is_empty());
    let all = || {
        let short_lived = duties.short_lived().to_vec();
        (
            duties.reuse().to_vec(),
            duties.revocation().to_vec(),
            short_lived,
        )
    };
    let (reuse, revocation, short_lived) = all();
    assert_eq!(
        CaDuties::new(reuse, revocation, short_lived).as_ref(),
        Ok(duties)
    );
    let (_, revocation, short_lived) = all();
    let gap = CaDuties::new(Vec::new(), revocation, short_lived).unwrap_err();
    assert_eq!(gap, CaDutiesError::Gap(DutyTable::Reuse));
    assert!(gap.to_string().contains("of reuse of proofs must"), "{gap}");
    let (reuse, _, short_lived) = all();
    let gap = CaDuties::new(reuse, Vec::new(), short_lived).unwrap_err();
    assert!(gap.to_string().contains("of revocation deadlines must"));
    let (reuse, revocation, mut short_lived) = all();
    short_lived[0].value.max_days = 0;
    let none = CaDuties::new(reuse, revocation, short_lived).unwrap_err();
    assert!(
        none.to_string()
            .contains("of short-lived certificates from")
    );
}

#[test]
fn years_that_are_sold_begin_with_one_and_end_with_the_most() {
    let class = ValidationClass::Dv;
    let sold = |most| {
        let years = HostingYears::up_to(most);
        (0..5).filter(|&count| years.sells(class, count)).collect()
    };
    let all: [Vec<u8>; 3] = [0, 2, 3].map(sold);
    assert_eq!(all, [vec![1], vec![1, 2], vec![1, 2, 3]]);
}

#[test]
fn r51_a_name_has_a_character_and_no_more_than_permitted() {
    let rule = UploadName {
        most_characters: 3,
        any_script: false,
    };
    let permitted: Vec<_> = ["", "a", "a-1", "a-1_", "é", "a b"]
        .into_iter()
        .filter(|name| rule.permits(name))
        .collect();
    assert_eq!(permitted, ["a", "a-1"]);
}

/// BR 6.1.6: odd, 3 and more; SHOULD be between 2^16 + 1 and 2^256 - 1.
#[test]
fn exponents_are_accepted_and_advised() {
    let edition = Rulebook::published().edition("2023-api").unwrap();
    let rule = edition.rsa_exponent().value;
    let of = |exponent| (rule.permits(exponent), rule.advises(exponent));
    assert_eq!(of(RsaExponent::new(2)), (false, false));
    assert_eq!(of(RsaExponent::new(3)), (true, false));
    assert_eq!(of(RsaExponent::new(65_535)), (true, false));
    assert_eq!(of(RsaExponent::new(65_537)), (true, true));
    for (bits, advised) in [(256, true), (257, false)] {
        let exponent = RsaExponent::large(bits, true).unwrap();
        assert_eq!(of(exponent), (true, advised), "{bits}");
    }
    let narrow = ExponentRule {
        advised_max_bits: 17,
        ..rule
    };
    assert!(narrow.advises(RsaExponent::new(65_537)));
    assert!(!narrow.advises(RsaExponent::new((1 << 17) + 1)));
}

#[test]
fn a_source_is_found_by_its_key() {
    let book = Rulebook::published();
    for source in &book.parts().sources {
        assert_eq!(book.source(source.key), Some(source));
    }
}

/// A day begins where the rulebook in hand says so.
#[test]
fn an_edition_is_that_of_the_day_in_its_own_offset() {
    let mut parts = Rulebook::published().parts().clone();
    for clause in &mut parts.calendar {
        clause.value.value.offset = Offset::UTC;
    }
    let changed = Day::new(2024, 3, 1).unwrap();
    let next: Vec<_> = parts
        .term
        .iter()
        .map(|term| {
            let mut next: Dated<_> = term.clone();
            next.from = changed;
            next.value.value.days = 100;
            next
        })
        .collect();
    parts.term = parts
        .term
        .iter()
        .take(1)
        .cloned()
        .chain(next.into_iter().take(1))
        .collect();
    let book = Rulebook::new(parts).unwrap();
    let days = |text| {
        let edition = book.as_of(at(text), Site::Intl, Channel::Api).unwrap();
        edition.term().value.days
    };
    // It is the first of March eight hours east of Greenwich already.
    assert_ne!(days("2024-02-29T20:00:00Z"), 100);
    assert_eq!(days("2024-03-01T00:00:00Z"), 100);
}

#[test]
fn an_edition_is_written_line_by_line() {
    let edition: Edition = Rulebook::published().edition("2023-api").unwrap();
    let text = edition.to_string();
    assert!(text.starts_with("edition 2023-api ("), "{text}");
    for field in Field::ALL {
        assert!(
            text.contains(&format!("\n  {}: ", field.word())),
            "{field:?}"
        );
    }
    assert!(text.contains("\n  digest: "));
}

#[test]
fn a_rule_is_shown_by_its_number() {
    assert_eq!(format!("{:?} {}", RuleId::R26, RuleId::T47), "R-26 T-47");
}
