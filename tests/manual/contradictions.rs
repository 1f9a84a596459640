//! The page of the contradictions.

use std::fmt::Write as _;

use cert_lifecycle::rulebook::{CONTRADICTIONS, Carried, Rulebook};

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
                Carried::Field(field) => {
                    writeln!(page, "- The values of `{}`:", field.word()).unwrap();
                    for position in positions.iter().filter(|one| one.field == *field) {
                        writeln!(page, "  - {}", position.clause).unwrap();
                    }
                }
                Carried::Rule(rule) => {
                    let text = rule.record().unwrap().text;
                    writeln!(page, "- Rule {rule}: {text}.").unwrap();
                }
                Carried::Type(what) => writeln!(page, "- `{what}`.").unwrap(),
            }
        }
        if let Some(side) = one.left_out {
            writeln!(page, "- Left out: {side}.").unwrap();
        }
    }
    page
}
