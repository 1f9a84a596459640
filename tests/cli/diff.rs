//! What a comparison says of its two sides: the machine that each edition has, and the rulebook.

use super::json;
use super::run::run;

/// An edition of another machine is compared by its values: no command of orders is told under it.
#[test]
fn another_machine_is_compared_by_its_values() {
    let ran = run(&["diff", "2026-03", "2026-v2"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(
        ran.out
            .contains("Another machine: values only, no example; "),
        "{}",
        ran.out
    );
    for part in ["For example", "for example", "CreateCertificateFor"] {
        assert!(!ran.out.contains(part), "{part}: {}", ran.out);
    }
    let lines = run(&["diff", "2025-12-api", "2026-v2", "--format", "json"]);
    assert!(lines.out.lines().count() > 5, "{}", lines.out);
    for line in lines.out.lines() {
        let line = json(line);
        assert_eq!(line["note"], "another machine: values only, no example");
        assert!(
            line["example"].is_null() && line["rule"].is_null(),
            "{line}"
        );
        assert!(line["after"]["value"].is_string(), "{line}");
    }
}

/// Two rulebooks have editions of one key: a line says which rulebook each side is of.
#[test]
fn a_line_names_the_rulebook_of_each_side() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (own, plain) = (path("own.toml"), path("plain.toml"));
    let notice = "extends = \"published\"\n\n[[notice]]\nfrom = \"2021-02-26\"\n\
                  value = { within_days = 45 }\nsources = [\"S3\"]\n\n[[ceiling]]\n\
                  from = \"2020-09-01\"\nmax_days = 300\nadvised_days = 300\nsources = [\"BR\"]\n";
    std::fs::write(&own, notice).unwrap();
    std::fs::write(&plain, "extends = \"published\"\n").unwrap();
    let keyed = format!("{plain}:2021-02-api");
    let keyed_own = format!("{own}:2023-api");
    for (first, second, named) in [
        (plain.as_str(), own.as_str(), plain.as_str()),
        (&keyed, &own, &plain),
        (&keyed, &keyed_own, &plain),
        ("published", &own, "published"),
        ("2021-02-api", &own, "published"),
    ] {
        let ran = run(&["diff", first, second, "--format", "json"]);
        assert_eq!(ran.code, 1, "{}", ran.err);
        // The last one is of the ceilings.
        for line in ran.out.lines() {
            let line = json(line);
            assert_eq!(line["from_rulebook"], named, "{line}");
            assert_eq!(line["to_rulebook"], own.as_str(), "{line}");
        }
    }
}
