//! Rulebooks as files: what is written is read back, what is wrong is said, nothing panics.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::too_many_lines,
    clippy::arithmetic_side_effects,
    reason = "tests stop on the first surprise"
)]

#[path = "support/golden.rs"]
#[allow(unreachable_pub, reason = "it is shared with other tests")]
mod golden;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::process::Command;

use cert_lifecycle::codec::rulebook::{
    MAX_BYTES, MAX_CLAUSES, MAX_ERRORS, MAX_POINTS, RulebookFileProblem, read, write,
};
use cert_lifecycle::model::{Channel, Day, Offset, Site};
use cert_lifecycle::rulebook::{
    Calendar, Dated, DayCount, ExpiryInstant, Field, FreeLimit, LateHosting, LeapDay, MessageRule,
    RevocationGround, Rulebook, Scope, SourceKey, SourceRecord, WorkWeek,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};

fn reread(book: &Rulebook) -> Rulebook {
    let text = write(book);
    read("written.toml", &text).unwrap_or_else(|errors| panic!("{errors}"))
}

/// What is said about a file that is wrong.
fn errors(text: &str) -> String {
    match read("own.toml", text) {
        Ok(_) => panic!("it was read:\n{text}"),
        Err(errors) => errors.to_string(),
    }
}

/// The published rulebook with something else in it.
fn extended(text: &str) -> Rulebook {
    let text = format!("extends = \"published\"\n{text}");
    read("own.toml", &text).unwrap_or_else(|errors| panic!("{errors}\n{text}"))
}

#[test]
fn the_published_rulebook_is_read_back() {
    let book = Rulebook::published();
    assert!(reread(&book) == book);
    assert_eq!(write(&book), write(&reread(&book)));
}

/// What one release writes and another reads has the pins of the cases that were bound to it: so the
/// published rulebook of an older release is a former one (`service::Rules::with_former`).
#[test]
fn a_file_keeps_every_digest() {
    let book = Rulebook::published();
    let former = reread(&book);
    for point in book.points() {
        let edition = book.edition(point.key.as_str()).unwrap();
        let pin = edition.pin();
        assert_eq!(former.pinned(&pin), Ok(edition), "{}", point.key);
    }
}

/// A rulebook without a point needs no clause.
#[test]
fn a_rulebook_that_says_little_is_read_back() {
    let mut parts = Rulebook::published().parts().clone();
    parts.points.clear();
    parts.notice.clear();
    parts.csr.clear();
    let book = Rulebook::new(parts).unwrap();
    assert!(reread(&book) == book);
}

#[test]
fn extending_by_nothing_changes_nothing() {
    assert!(extended("") == Rulebook::published());
    let twice = format!("extends = \"published\"\n{}", write(&Rulebook::published()));
    assert!(read("twice.toml", &twice).unwrap() == Rulebook::published());
}

/// `UPDATE=1` writes down what the example prints.
#[test]
fn the_example_runs() {
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO"))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(["run", "--quiet", "--example", "own_rulebook", "--"])
            .args(arguments)
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (
            output.status.success(),
            text(output.stdout),
            text(output.stderr),
        )
    };
    let (success, printed, complaint) = run(&[]);
    assert!(success, "{complaint}");
    golden::compare("own_rulebook.txt", &printed);

    let (success, printed, complaint) = run(&["--published"]);
    assert!(success, "{complaint}");
    assert_eq!(printed, write(&Rulebook::published()));
    assert!(read("published.toml", &printed).unwrap() == Rulebook::published());

    let (success, _, complaint) = run(&["Cargo.toml"]);
    assert!(!success);
    assert!(complaint.contains("Cargo.toml:") && complaint.contains(": dependencies: no such key"));
}

/// What the README shows is read, and its errors are those of the code.
#[test]
fn the_files_of_the_readme_are_true() {
    let readme = include_str!("../README.md");
    let (_, section) = readme.split_once("## Your own rulebook").unwrap();
    let block = |language: &str| {
        let (_, rest) = section.split_once(&format!("```{language}\n")).unwrap();
        rest.split_once("```").unwrap().0
    };
    let file = block("toml");
    let book = read("own.toml", file).unwrap_or_else(|errors| panic!("{errors}"));
    let edition = book.edition("2021-02-api").unwrap();
    assert_eq!(edition.notice().value.within_days, 45);
    assert_eq!(edition.return_days().value.0, 14);
    let wrong = file.replace("within_days", "within_hours");
    let short =
        "[[term]]\nfrom = \"2021-02-26\"\nvalue = { days = 40 }\nsources = [\"OPS\"]\n\n[[source]]";
    let short = file.replace("[[source]]", short);
    let said = errors(&wrong) + "\n" + &errors(&short) + "\n";
    assert_eq!(block("text"), said);
}

/// The tables of the CA/Browser Forum take rows of a file too.
#[test]
fn duties_of_a_ca_are_read() {
    let book = extended(
        "replace = [\"short_lived\"]\n\
         [[revocation_duty]]\nfrom = \"2030-01-01\"\nsources = [\"BR\"]\n\
         grounds = [\"misuse\", \"inaccurate\"]\nmust_hours = 48\nshould_hours = 12\n\
         [[proof_reuse]]\nfrom = \"2035-01-01\"\nsources = [\"BR\"]\nmax_days = 3\n",
    );
    let at = "2035-01-01T00:00:00Z".parse().unwrap();
    let duty = book.duties().revocation_at(RevocationGround::Misuse, at);
    assert_eq!(duty.unwrap().value.must_hours, 48);
    assert_eq!(duty.unwrap().value.should_hours, Some(12));
    assert_eq!(book.duties().reuse_at(at).unwrap().value.max_days, 3);
    assert_eq!(book.duties().short_lived(), []);
    assert!(reread(&book) == book);
}

/// Lists of structs in structs, and values of several shapes.
#[test]
fn refunds_are_read() {
    let clause = |case: &str, review: &str| {
        format!(
            "{{ case = \"{case}\", add_on = \"any\", limits = [{{ anchor = \"payment\", act = \"claim\", days = 5, method = \"end-of-day\" }}], review = {review} }}"
        )
    };
    let value = format!(
        "{{ clauses = [{}, {}] }}",
        clause("unissued", "\"instant\""),
        clause("revoked", "{ working_days = 3 }")
    );
    let table = format!("[[refund]]\nfrom = \"2030-01-01\"\nvalue = {value}\nsources = [\"S3\"]\n");
    let book = extended(&table);
    let refund = &book.parts().refund.last().unwrap().value.value;
    assert_eq!(
        refund.to_string(),
        "unissued: claim within 5 days of payment, to the end of the last day, paid at once; \
         revoked: claim within 5 days of payment, to the end of the last day, reviewed for up to 3 working days"
    );
    assert!(write(&book).contains(&format!("value = {value}\n")));
    assert!(reread(&book) == book);
    let wrong = table.replace("days = 5", "days = \"5 days\"");
    assert_eq!(
        errors(&format!("extends = \"published\"\n{wrong}"))
            .lines()
            .next(),
        Some(
            "own.toml:4:113: refund[1].value.clauses[1].limits[1].days: expected a whole number, found a text; write 5 without quotes or unit, which stands in the key"
        )
    );
}

/// No table of a field has the name of another one.
#[test]
fn every_table_has_a_name_of_its_own() {
    let others = [
        "point",
        "ceiling",
        "proof_reuse",
        "revocation_duty",
        "short_lived",
        "source",
    ];
    let keys = ["extends", "replace", "format"];
    for field in Field::ALL {
        let word = field.word();
        assert!(!others.contains(&word) && !keys.contains(&word), "{word}");
    }
}

/// How a value of each field looks in a file. A new field gets a line; an old line never changes.
#[test]
fn the_form_of_every_value_is_frozen() {
    let written = write(&Rulebook::published());
    let (mut field, mut forms) = ("", BTreeMap::new());
    for line in written.lines() {
        if let Some(name) = line.strip_prefix("[[") {
            field = name.strip_suffix("]]").unwrap();
        } else if line.starts_with("value = ") {
            let form = forms.entry(field).or_insert(line);
            // The longest says most about the form.
            if line.len() > form.len() {
                *form = line;
            }
        }
    }
    let mut made = String::new();
    for field in Field::ALL {
        let form = forms.get(field.word()).expect("every field has a clause");
        writeln!(made, "[[{}]]\n{form}", field.word()).unwrap();
    }
    golden::compare("rulebook_values.txt", &made);
}

#[test]
fn a_clause_takes_the_place_of_the_published_one() {
    let book = extended(
        "[[return_days]]\nfrom = 2021-02-26\nchannel = \"api\"\nvalue.days = 14\nsources = [\"S3\"]\nstanding = \"stated\"\n",
    );
    let (own, published) = (book.parts(), Rulebook::published());
    let changed: Vec<_> = own
        .return_days
        .iter()
        .zip(&published.parts().return_days)
        .filter(|(own, published)| own != published)
        .collect();
    assert_eq!(own.return_days.len(), published.parts().return_days.len());
    assert_eq!(changed.len(), 1);
    let edition = book.edition("2021-02-api").unwrap();
    assert_eq!(edition.return_days().value.0, 14);
    assert_eq!(edition.return_days().cite.standing.word(), "stated");
}

#[test]
fn a_clause_of_another_day_is_added() {
    let book = extended(
        "[[notice]]\nfrom = \"2026-01-01\"\nsite = \"cn\"\nvalue = { within_days = 45 }\nsources = [\"C1\"]\n",
    );
    let at = |text: &str, site| {
        let edition = book.as_of(text.parse().unwrap(), site, Channel::Api);
        edition.unwrap().notice().value.within_days
    };
    assert_eq!(at("2025-12-31T12:00:00+08:00", Site::Cn), 30);
    assert_eq!(at("2026-01-01T00:00:00+08:00", Site::Cn), 45);
    assert_eq!(at("2026-01-01T00:00:00+08:00", Site::Intl), 30);
}

/// Ceilings are put in the order of their days.
#[test]
fn a_ceiling_finds_its_place() {
    let book = extended(
        "[[ceiling]]\nfrom = \"2028-03-15\"\nmax_days = 80\nadvised_days = 80\nsources = [\"BR\"]\n\
         [[ceiling]]\nfrom = \"2027-03-15\"\nmax_days = 90\nadvised_days = 90\nsources = [\"BR\"]\n",
    );
    let days: Vec<u16> = book
        .ceilings()
        .entries()
        .iter()
        .map(|entry| entry.value.max_days)
        .collect();
    assert_eq!(days, [825, 398, 200, 90, 80, 47]);
}

#[test]
fn replaced_tables_leave_nothing_behind() {
    let book = extended(
        "replace = [\"notice\", \"ceiling\", \"point\"]\n\
         [[notice]]\nfrom = \"2018-06-07\"\nvalue = { within_days = 45 }\nsources = [\"C1\"]\n\
         [[ceiling]]\nmax_days = 90\nadvised_days = 89\nsources = [\"BR\"]\n\
         [[ceiling]]\nfrom = \"2027-01-01\"\nmax_days = 45\nadvised_days = 44\nsources = [\"BR\"]\n\
         [[ceiling]]\nfrom = 2028-01-01T12:00:00+08:00\nmax_days = 40\nadvised_days = 40\nsources = [\"BR\"]\n\
         [[point]]\nkey = \"mine\"\nday = \"2026-01-01\"\nsite = \"cn\"\nchannel = \"api\"\n\
         [[source]]\nkey = \"OWN\"\ndate = 2026-01-01\ntitle = \"\"\n",
    );
    let own = book.source(SourceKey::new("OWN").unwrap()).unwrap();
    assert_eq!(own.date, "2026-01-01");
    assert_eq!(book.parts().notice.len(), 1);
    let ceilings: Vec<String> = book
        .ceilings()
        .entries()
        .iter()
        .map(|entry| format!("{} {}", entry.value.from, entry.value.max_days))
        .collect();
    assert_eq!(
        ceilings[1..],
        ["2027-01-01T00:00:00Z 45", "2028-01-01T04:00:00Z 40"]
    );
    let points: Vec<_> = book.points().iter().map(|point| point.key).collect();
    assert_eq!(points, ["mine".parse().unwrap()]);
    assert!(reread(&book) == book);
}

/// Files that are wrong, one for each kind of mistake, with what is said about them.
#[test]
fn every_mistake_is_told() {
    let clause =
        |rest: &str| format!("[[notice]]\nfrom = \"2021-02-26\"\nsources = [\"S3\"]\n{rest}\n");
    let notice = |value: &str| clause(&format!("value = {{ {value} }}"));
    let field = |field: &str, value: &str| {
        format!("[[{field}]]\nfrom = \"2030-01-01\"\nsources = [\"S3\"]\nvalue = {value}\n")
    };
    let ceiling = |rest: &str| format!("[[ceiling]]\nsources = [\"BR\"]\n{rest}\n");
    let duty = |rest: &str| {
        format!("[[revocation_duty]]\nfrom = \"2030-01-01\"\nsources = [\"BR\"]\n{rest}\n")
    };
    let point = |key: &str, day: &str| {
        format!("[[point]]\nkey = \"{key}\"\nday = \"{day}\"\nsite = \"cn\"\nchannel = \"api\"\n")
    };
    let cases: Vec<(&str, String)> = vec![
        // The form of the file.
        ("no TOML", "[[notice]\nfrom = \n".into()),
        ("a key twice", clause("standing = \"stated\"\nstanding = \"stated\"")),
        ("a bare date that is none", "[[notice]]\nfrom = 2021-02-30\n".into()),
        ("brackets without end", format!("a = {}", "[".repeat(99))),
        ("dots without end", format!("a{} = 1", ".a".repeat(99))),
        ("brackets and dots", {
            let key = ["a"; 70].join(".");
            format!("{key} = {}1{}", format!("{{ {key} = ").repeat(70), "}".repeat(70))
        }),
        ("another base", "extends = \"publsihed\"\n".into()),
        ("another format", "format = 2\n".into()),
        ("a key of the top in a clause", notice("within_days = 9") + "extends = \"published\"\n"),
        ("one table", "[notice]\nfrom = \"2021-02-26\"\n".into()),
        ("no table", "notice = 30\n".into()),
        ("an unknown table", "[[notise]]\n".into()),
        ("a table like no other", "[[zebra]]\n".into()),
        ("an unknown table to replace", "replace = [\"notise\"]\n".into()),
        // Keys and values of clauses.
        ("nothing in a clause", "[[notice]]\n".into()),
        ("misspelt keys", "[[notice]]\nform = \"2021-02-26\"\nsorces = [\"S3\"]\nvalue = { within_day = 3 }\n".into()),
        ("another unit", notice("within_hours = 720")),
        ("another unit of a single number", field("return_days", "{ hours = 720 }")),
        ("a number as a text", notice("within_days = \"30 days\"")),
        ("a fraction", notice("within_days = 30.0")),
        ("half a day", notice("within_days = 30.5")),
        ("a negative number", notice("within_days = -1")),
        ("a large number", notice("within_days = 65_536")),
        ("a number beyond all numbers", notice("within_days = 99999999999999999999999")),
        ("a number for a table", clause("value = 30")),
        ("a day that is none", "[[notice]]\nfrom = \"2021-02-30\"\nsources = [\"S3\"]\nvalue = { within_days = 30 }\n".into()),
        ("a day in words", "[[notice]]\nfrom = \"26 February 2021\"\nsources = [\"S3\"]\nvalue = { within_days = 30 }\n".into()),
        ("an instant for a day", "[[notice]]\nfrom = 2021-02-26T00:00:00Z\nsources = [\"S3\"]\nvalue = { within_days = 30 }\n".into()),
        ("unknown words", notice("within_days = 30") + "site = \"china\"\nchannel = \"apy\"\nstanding = \"decalred\"\n"),
        ("a number for a word", notice("within_days = 30") + "site = 1\n"),
        ("a word for a set", field("withdrawal", "\"Validating\"")),
        ("an unknown word of a set", field("withdrawal", "[\"Validating\", \"domain verification\"]")),
        ("a word twice", field("withdrawal", "[\"Validating\", \"Validating\"]")),
        ("a text for a flag", field("csr", "{ rsa_min_bits = 2048, rsa_step_bits = 8, p256 = \"yes\", p384 = true, p521 = true, ed25519 = false, hash_min_bits = 256 }")),
        ("an offset that is none", field("calendar", "{ offset = \"8\", remaining = \"dates\", expiry = \"at_last_second\", work_week = [\"mon\"], leap_day = \"back\" }")),
        ("seven sources", notice("within_days = 30").replace("[\"S3\"]", "[\"S0\", \"S1\", \"S2\", \"S3\", \"S4\", \"A18\", \"A20\"]")),
        ("a source that no key can be", notice("within_days = 30").replace("S3", "S 3")),
        ("a title beyond measure", format!("[[source]]\nkey = \"LONG\"\ndate = \"\"\ntitle = \"{}\"\n", "x".repeat(1_025))),
        // What is wrong with the whole.
        ("a source that is not listed", notice("within_days = 30").replace("S3", "A12")),
        ("a source like no other", notice("within_days = 30").replace("S3", "ZEBRA")),
        ("a clause without a source", notice("within_days = 30").replace("\"S3\"", "")),
        ("a clause twice", notice("within_days = 30") + &notice("within_days = 31")),
        ("clauses that overlap", notice("within_days = 30") + &notice("within_days = 31") + "site = \"cn\"\n"),
        ("a clause that overlaps with a published one", "[[return_days]]\nfrom = \"2021-02-26\"\nvalue = { days = 14 }\nsources = [\"S3\"]\n".into()),
        ("a notice as long as the validity", notice("within_days = 365")),
        ("a term as short as the notice", field("term", "{ days = 30 }")),
        ("a term of no days", field("term", "{ days = 0 }")),
        ("an application without a name", field("name_limit", "{ domains = 0 }")),
        ("states in which it can't be done", field("order_deletion", "[\"Issued\"]")),
        ("a key that is reserved", point("a@b", "2026-01-01")),
        ("a point before all clauses", point("early", "2001-01-01")),
        ("a point twice", point("mine", "2026-01-01") + &point("mine", "2026-01-02")),
        ("a replaced table with a gap", "replace = [\"notice\"]\n".to_owned() + &notice("within_days = 30")),
        ("a source twice", "[[source]]\nkey = \"A\"\ndate = \"\"\ntitle = \"\"\n".repeat(2)),
        ("a ceiling twice", ceiling("from = \"2027-03-15\"\nmax_days = 9\nadvised_days = 9").repeat(2)),
        ("a ceiling below its advice", ceiling("from = \"2027-03-15\"\nmax_days = 9\nadvised_days = 10")),
        ("a ceiling of an unknown source", ceiling("from = \"2027-03-15\"\nmax_days = 9\nadvised_days = 9").replace("BR", "BRR")),
        ("a ceiling from no day", ceiling("from = \"2027-02-30\"\nmax_days = 9\nadvised_days = 9")),
        ("a ceiling from no hour", ceiling("from = \"2027-02-03T25:00:00Z\"\nmax_days = 9\nadvised_days = 9")),
        ("a source twice that is not listed", notice("within_days = 30").replace("S3", "OWN") + &field("term", "{ days = 90 }").replace("S3", "OWN")),
        ("ceilings with a gap", "replace = [\"ceiling\"]\n".to_owned() + &ceiling("from = \"2027-03-15\"\nmax_days = 9\nadvised_days = 9")),
        ("a duty for no ground that is known", duty("grounds = [\"misuse\", \"abuse\"]\nmust_hours = 24")),
        ("a duty for no ground", duty("grounds = []\nmust_hours = 24")),
        ("a duty in days", duty("grounds = [\"misuse\"]\nmust_days = 1")),
        ("advice that is no stricter than the duty", duty("grounds = [\"misuse\"]\nmust_hours = 24\nshould_hours = 24")),
        ("a duty of an unknown source", duty("grounds = [\"misuse\"]\nmust_hours = 24").replace("BR", "BRR")),
        ("proofs that are good again", "[[proof_reuse]]\nfrom = \"2035-01-01\"\nmax_days = 900\nsources = [\"BR\"]\n".into()),
        ("duties with a gap", "replace = [\"proof_reuse\"]\n[[proof_reuse]]\nfrom = \"2035-01-01\"\nmax_days = 9\nsources = [\"BR\"]\n".into()),
        // What follows from a mistake is not one more.
        ("a clause without which nothing resolves", {
            let notice = notice("within_days = 365").replace("2021-02-26", "2018-06-07");
            "replace = [\"notice\"]\n".to_owned() + &notice
        }),
        ("a clause that can't be read, without which nothing resolves", {
            "replace = [\"notice\"]\n".to_owned() + &notice("within_days = true")
        }),
        ("a source that can't be read", {
            let source = "[[source]]\nkey = \"OWN\"\ndate = \"\"\ntitle = 4\n";
            notice("within_days = 30").replace("S3", "OWN") + source
        }),
        ("a notice and a term that do not go together", notice("within_days = 45") + &field("term", "{ days = 20 }").replace("2030-01-01", "2021-02-26")),
        ("four mistakes", notice("within_days = 365") + &field("term", "{ days = \"x\" }") + &field("order_deletion", "[\"Issued\"]") + &point("early", "2001-01-01")),
    ];
    let mut made = String::new();
    for (name, text) in cases {
        let text = format!("extends = \"published\"\n{text}");
        let text = match name {
            "another base"
            | "brackets and dots"
            | "brackets without end"
            | "dots without end"
            | "no TOML" => text.replace("extends = \"published\"\n", ""),
            _ => text,
        };
        writeln!(made, "{name}\n{}\n", errors(&text)).unwrap();
    }
    writeln!(
        made,
        "replace without a base\n{}\n",
        errors("replace = [\"notice\"]")
    )
    .unwrap();
    writeln!(
        made,
        "a clause alone\n{}\n",
        errors(&notice("within_days = 30"))
    )
    .unwrap();
    golden::compare("rulebook_errors.txt", &made);
}

/// What is to blame says so itself; what brings it about elsewhere is told apart.
#[test]
fn what_a_point_is_refused_for_is_its_own() {
    let point =
        "[[point]]\nkey = \"antiquity\"\nday = \"1999-01-01\"\nsite = \"cn\"\nchannel = \"api\"\n";
    let found = errors(&format!("extends = \"published\"\n{point}"));
    assert!(
        found.contains("the edition antiquity does not resolve"),
        "{found}"
    );
    assert!(!found.contains("brings it about"), "{found}");
}

/// A day is a day: an instant is none, with an offset or without.
#[test]
fn an_instant_is_no_day() {
    for from in ["2021-02-26T10:00:00", "2021-02-26T10:00:00Z", "10:00:00"] {
        let clause = format!(
            "[[notice]]\nfrom = {from}\nvalue = {{ within_days = 45 }}\nsources = [\"S3\"]\n"
        );
        let found = errors(&format!("extends = \"published\"\n{clause}"));
        assert!(found.contains("notice[1].from: "), "{found}");
    }
}

#[test]
fn a_table_that_is_missing_is_named() {
    let written = write(&Rulebook::published());
    let without = |left_out: &[&str]| {
        let tables = written.split("\n\n");
        let kept = tables.filter(|table| {
            let named = |name: &&str| table.starts_with(&format!("[[{name}]]"));
            !left_out.iter().any(named)
        });
        errors(&kept.collect::<Vec<_>>().join("\n\n"))
    };
    let few = without(&["notice", "download"]);
    assert!(
        few.contains("`notice`") && few.contains("`download`"),
        "{few}"
    );
    assert!(!few.contains(" more"), "{few}");
}

#[test]
fn sizes_have_limits() {
    let long = "#".repeat(MAX_BYTES + 1);
    let found = read("own.toml", &long).unwrap_err();
    assert_eq!(
        found.errors()[0].problem,
        RulebookFileProblem::TooLong {
            found: MAX_BYTES + 1,
            limit: MAX_BYTES
        }
    );
    let clauses = "[[notice]]\n".repeat(MAX_CLAUSES + 1);
    assert!(errors(&clauses).contains("1001 values, at most 1000 are read"));
    let half = MAX_CLAUSES / 2 + 1;
    let clauses = "[[notice]]\n".repeat(half) + &"[[term]]\n".repeat(half);
    let found = read("own.toml", &clauses).unwrap_err();
    assert_eq!(found.errors().len(), MAX_ERRORS);
    assert!(found.left_out() > 0);
    let rest = format!("own.toml: and {} more", found.left_out());
    assert_eq!(found.to_string().lines().last(), Some(&*rest));
    assert_eq!(found.name(), "own.toml");
    let clause = |table: &str, year: usize| {
        format!("[[{table}]]\nfrom = \"{year:04}-01-01\"\nvalue.days = 90\nsources = [\"S3\"]\n")
    };
    let clauses: String = (0..half)
        .map(|year| clause("return_days", year) + &clause("term", year))
        .collect();
    let found = errors(&format!("extends = \"published\"\n{clauses}"));
    assert!(
        found.contains("1001 clauses or more, at most 1000 are read"),
        "{found}"
    );
    // As many as are read.
    let clauses: String = (0..MAX_CLAUSES / 2)
        .map(|year| clause("return_days", year) + &clause("term", year))
        .collect();
    let found = read("own.toml", &format!("extends = \"published\"\n{clauses}"));
    let found = found.map_or_else(|found| found.to_string(), |_| String::new());
    assert!(!found.contains("at most"), "{found}");
    let points = "[[point]]\n".repeat(MAX_POINTS + 1);
    assert!(errors(&points).contains("101 values, at most 100 are read"));
}

/// Every day and scope, and every text that a source can carry, survives the way through a file.
fn parts_of_all_sorts() -> impl Strategy<Value = Rulebook> {
    let clause = (
        -9_000..9_000_i32,
        1..=12_u8,
        1..=28_u8,
        select(vec![None, Some(Site::Cn), Some(Site::Intl)]),
        select(vec![None, Some(Channel::Console), Some(Channel::Api)]),
        0..=300_u16,
    );
    let calendar = (-1_439..=1_439_i16, any::<[bool; 3]>(), any::<[bool; 7]>());
    let late = select(vec![
        LateHosting::Never,
        LateHosting::LastDays(30),
        LateHosting::MoreThan(0),
        LateHosting::Unexpired,
    ]);
    let other = (
        late,
        option::of(0..=99_u16),
        vec(1..=200_u16, 0..=4),
        any::<bool>(),
    );
    let texts = vec(".{0,40}", 1..4);
    (vec(clause, 0..20), texts, calendar, other).prop_map(|(clauses, titles, calendar, other)| {
        let mut parts = Rulebook::published().parts().clone();
        let (minutes, [seconds, at_last, forward], worked) = calendar;
        for clause in &mut parts.calendar {
            clause.value.value = Calendar {
                offset: Offset::from_minutes(minutes).unwrap(),
                remaining: if seconds {
                    DayCount::Seconds
                } else {
                    DayCount::Dates
                },
                expiry: if at_last {
                    ExpiryInstant::AtLastSecond
                } else {
                    ExpiryInstant::AfterLastSecond
                },
                work_week: WorkWeek(worked),
                leap_day: if forward {
                    LeapDay::Forward
                } else {
                    LeapDay::Back
                },
            };
        }
        let (late, limit, leads, uploaded) = other;
        for clause in &mut parts.late_hosting {
            clause.value.value = late;
        }
        for clause in &mut parts.free_limit {
            clause.value.value = FreeLimit(limit);
        }
        // The longest first, each once.
        let leads: BTreeSet<u16> = leads.into_iter().collect();
        for clause in &mut parts.messages {
            clause.value.value = MessageRule {
                leads: leads.iter().rev().copied().collect(),
                uploaded,
            };
        }
        for (place, title) in titles.into_iter().enumerate() {
            parts.sources.push(SourceRecord {
                key: SourceKey::new(&format!("X{place}")).unwrap(),
                date: title.chars().rev().collect(),
                title,
            });
        }
        for (year, month, day, site, channel, days) in clauses {
            let mut clause: Dated<_> = parts.return_days[0].clone();
            clause.from = Day::new(year, month, day).unwrap();
            clause.scope = Scope { site, channel };
            clause.value.value.0 = days;
            let taken =
                |other: &Dated<_>| other.from == clause.from && other.scope.overlaps(clause.scope);
            if !parts.return_days.iter().any(taken) {
                parts.return_days.push(clause);
            }
        }
        Rulebook::new(parts).unwrap()
    })
}

/// Any file gets an answer: a rulebook, which is written and read back, or errors, each with a line
/// of the file.
fn answer(text: &str) {
    match read("any.toml", text) {
        Ok(book) => assert!(reread(&book) == book),
        Err(errors) => {
            assert!(!errors.errors().is_empty());
            let lines = text.split('\n').count();
            for error in errors.errors() {
                assert!(error.line >= 1 && error.line <= lines && error.column >= 1);
            }
        }
    }
}

/// A piece of a file, for files that are wrong in new ways.
fn snippets() -> impl Strategy<Value = String> {
    let words = [
        "extends",
        "replace",
        "format",
        "=",
        "\"published\"",
        "[[notice]]",
        "[[point]]",
        "[[ceiling]]",
        "[[source]]",
        "[term]",
        "from",
        "value",
        "{",
        "}",
        "[",
        "]",
        "within_days",
        "\"2021-02-30\"",
        "2021-02-26",
        "-1",
        "1e9",
        "\n",
        ",",
        ".",
        "\"",
        "'",
        "\"\"\"",
        "#",
        "sources",
        "\\u0000",
        "é",
        "key",
        "day",
        "site",
        "\"cn\"",
        "true",
        "0x7f",
        "9999999999999999999",
        "\r\n",
        " ",
        "\t",
    ];
    vec(select(words.to_vec()), 0..60).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn all_sorts_are_read_back(book in parts_of_all_sorts()) {
        prop_assert!(reread(&book) == book);
    }

    #[test]
    fn any_text_gets_an_answer(text in ".{0,200}") {
        answer(&text);
    }

    #[test]
    fn any_bytes_get_an_answer(bytes in vec(any::<u8>(), 0..300)) {
        answer(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_words_get_an_answer(text in snippets()) {
        answer(&text);
    }

    /// A good file with letters taken out, put in and changed: an answer, and every error has a
    /// line of the file.
    #[test]
    fn a_damaged_file_gets_an_answer(
        extends in any::<bool>(),
        changes in vec((any::<Index>(), any::<Index>(), snippets()), 1..6),
    ) {
        let mut text = write(&Rulebook::published());
        if extends {
            text.insert_str(0, "extends = \"published\"\n");
        }
        let mut chars: Vec<char> = text.chars().collect();
        for (from, length, put) in changes {
            let from = from.index(chars.len() + 1);
            let until = (from + length.index(20)).min(chars.len());
            chars.splice(from..until, put.chars().take(8));
        }
        answer(&chars.into_iter().collect::<String>());
    }

    /// A good file with tables taken out, repeated and moved: what is said is about the whole.
    #[test]
    fn other_tables_get_an_answer(
        extends in any::<bool>(),
        kept in vec(any::<Index>(), 0..40),
        swapped in vec((any::<Index>(), any::<Index>()), 0..4),
    ) {
        let written = write(&Rulebook::published());
        let (_, tables) = written.split_once("\n\n").unwrap();
        let mut tables: Vec<String> = tables.split("\n\n").map(ToString::to_string).collect();
        if extends {
            tables = kept.iter().map(|index| index.get(&tables).clone()).collect();
        }
        for (one, other) in swapped {
            // The value of one clause in another, if there are two.
            let value = |table: &String| table.lines().find(|line| line.starts_with("value")).map(String::from);
            if tables.is_empty() {
                continue;
            }
            let (one, other) = (one.index(tables.len()), other.index(tables.len()));
            if let (Some(from), Some(to)) = (value(&tables[one]), value(&tables[other])) {
                tables[other] = tables[other].replace(&to, &from);
            }
        }
        let head = if extends { "extends = \"published\"\n" } else { "" };
        answer(&format!("{head}{}\n", tables.join("\n\n")));
    }
}
