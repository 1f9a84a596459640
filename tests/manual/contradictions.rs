//! The page of the contradictions.

use std::fmt::Write as _;

use cert_lifecycle::rulebook::part::PARTS;
use cert_lifecycle::rulebook::{
    CONTRADICTIONS, Carried, ClauseLine, Field, RefundCase, RefundClause, RefundLimit, RuleId,
    Rulebook,
};

/// Parts of a value that stand otherwise than all of it.
fn parts(page: &mut String, clause: &ClauseLine<'_>, field: Field) {
    let keys = clause.sources.as_slice();
    let own = PARTS.iter().filter(|one| {
        one.field == field
            && clause.from.to_string() == one.since
            && keys.iter().any(|key| key.as_str() == one.source)
    });
    for part in own {
        let (text, source) = (part.text, part.source);
        writeln!(page, "    - {text} [{source}; {}]", part.standing.word()).unwrap();
    }
}

/// One part of a refund's bound.
type Part = fn(&RefundLimit) -> String;

/// The part of a refund that a contradiction is about, and its name; none where it is about all of it.
fn part_of(id: RuleId) -> Option<(&'static str, Part)> {
    let part: (&str, Part) = match id.to_string().as_str() {
        "X-03" => ("from when the days are counted", |limit| {
            limit.anchor.to_string()
        }),
        "X-04" => ("what must fall into them", |limit| limit.act.to_string()),
        "X-06" => ("until when what was not issued is paid back", |limit| {
            format!("{} days", limit.days)
        }),
        "X-34" => ("how they are counted", |limit| limit.method.to_string()),
        _ => return None,
    };
    Some(part)
}

/// The part in every clause; all of them stand under X-02.
fn refunds(page: &mut String, book: &Rulebook, id: RuleId) {
    let (name, part) = part_of(id).unwrap();
    writeln!(
        page,
        "- Of the values of `refund` (in full under X-02), {name}:"
    )
    .unwrap();
    let mut clauses: Vec<_> = book.parts().refund.iter().collect();
    clauses.sort_by_key(|clause| clause.from);
    for clause in clauses {
        let value = &clause.value;
        let of = |one: &RefundClause| {
            let mut bounds: Vec<String> = one.limits.iter().map(part).collect();
            bounds.dedup();
            let bounds = if bounds.is_empty() {
                "no bound".to_owned()
            } else {
                bounds.join(" and ")
            };
            format!("{}: {bounds}", one.case)
        };
        let clauses = value.value.clauses.iter();
        // X-06 is about what was not issued.
        let late = id == RuleId::new(b'X', 6);
        let clauses = clauses.filter(|one| !late || one.case == RefundCase::Unissued);
        let mut ways: Vec<String> = clauses.map(of).collect();
        ways.dedup();
        writeln!(
            page,
            "  - {}, {}: {} [{}; {}]",
            clause.from,
            clause.scope,
            ways.join("; "),
            value.sources,
            value.standing.word()
        )
        .unwrap();
    }
}

/// What the CA/Browser Forum asks, by its own dates.
fn ceilings(page: &mut String, book: &Rulebook) {
    writeln!(page, "- The ceilings, by issuance:").unwrap();
    for entry in book.ceilings().entries() {
        let (value, sources) = (&entry.value, &entry.sources);
        let advised = value.advised_days;
        let (from, most) = (super::begins(value.from), value.max_days);
        writeln!(
            page,
            "  - from {from}: at most {most} days, advised {advised} ({sources})"
        )
        .unwrap();
    }
    let duties = book.duties();
    writeln!(
        page,
        "- Beside them the proof of a domain is used again (K-21):"
    )
    .unwrap();
    for entry in duties.reuse() {
        let (value, sources) = (&entry.value, &entry.sources);
        let (from, most) = (super::begins(value.from), value.max_days);
        writeln!(page, "  - issued from {from}: for {most} days ({sources})").unwrap();
    }
    writeln!(page, "- And a CA revokes (K-20):").unwrap();
    for entry in duties.revocation() {
        let (value, sources) = (&entry.value, &entry.sources);
        let grounds: Vec<String> = value.grounds.iter().map(|one| format!("{one:?}")).collect();
        let (from, hours) = (super::begins(value.from), value.must_hours);
        let grounds = grounds.join(", ");
        writeln!(
            page,
            "  - from {from}: within {hours} hours: {grounds} ({sources})"
        )
        .unwrap();
    }
}

pub fn page() -> String {
    let book = Rulebook::published();
    let mut page = String::from(
        "Where documents disagree, and what carries each side. Most are dated values of one kind: \
         whoever applied under one of them stays with it.\n",
    );
    for one in CONTRADICTIONS {
        writeln!(
            page,
            "\n# {}\n\n{}{}.\n",
            one.id,
            one.text[..1].to_uppercase(),
            &one.text[1..]
        )
        .unwrap();
        let positions = one.positions(&book);
        for carried in one.carried {
            match carried {
                Carried::Field(Field::Refund) if part_of(one.id).is_some() => {
                    refunds(&mut page, &book, one.id);
                }
                Carried::Field(field) => {
                    writeln!(page, "- The values of `{}`:", field.word()).unwrap();
                    for position in positions.iter().filter(|one| one.field == *field) {
                        writeln!(page, "  - {}", position.clause).unwrap();
                        parts(&mut page, &position.clause, *field);
                    }
                }
                Carried::Rule(rule) => {
                    let text = rule.record().unwrap().text;
                    writeln!(page, "- Rule {rule}: {text}.").unwrap();
                }
                Carried::Type(what) => writeln!(page, "- `{what}`.").unwrap(),
            }
        }
        if one.id == RuleId::new(b'X', 26) {
            ceilings(&mut page, &book);
        }
        if let Some(side) = one.left_out {
            writeln!(page, "- Left out: {side}.").unwrap();
        }
    }
    page
}
